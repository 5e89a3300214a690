// Which identifiers of a stream are taken, and which one to take: pure, the rules of spec 1.6.

import { integer, type Rng } from '@syncline/runtime/rng.ts';
import type { ListedTarget } from '../ports.ts';

/** All identifiers of the stream are taken; upstream's words. */
export class StreamFullError extends Error {
  override name = 'StreamFullError';

  constructor() {
    super('no identifier available to register the target');
  }
}

/** The key by which two sets of addresses are compared; their order is of no meaning. */
export function ipsKeyOf(ips: readonly string[]): string {
  return ips.toSorted().join(';');
}

/** The target with these addresses, if the registry has it. */
export function ownTarget(targets: readonly ListedTarget[], ipsKey: string): ListedTarget | undefined {
  return targets.find(({ ips }) => ipsKeyOf(ips) === ipsKey);
}

/** The identifiers of all other targets: a DISABLED one is about to be ENABLED, so its identifier is taken too. */
export function takenIdentifiers(targets: readonly ListedTarget[], ipsKey: string): ReadonlySet<number> {
  const taken = new Set<number>();
  for (const { ips, identifier } of targets) {
    if (identifier !== undefined && ipsKeyOf(ips) !== ipsKey) taken.add(identifier);
  }
  return taken;
}

/** Whether the stream has `identifier`: 1 to `maxTargets`. */
export function isInRange(identifier: number, maxTargets: number): boolean {
  return identifier >= 1 && identifier <= maxTargets;
}

/**
 * `former` if it is free, otherwise any free one, each as likely. Throws StreamFullError when as many are taken as the
 * stream may have targets.
 */
export function freeIdentifier(
  taken: ReadonlySet<number>,
  maxTargets: number,
  former: number | undefined,
  rng: Rng,
): number {
  if (taken.size >= maxTargets) throw new StreamFullError();
  if (former !== undefined && isInRange(former, maxTargets) && !taken.has(former)) return former;
  const free: number[] = [];
  for (let identifier = 1; identifier <= maxTargets; identifier += 1) {
    if (!taken.has(identifier)) free.push(identifier);
  }
  const chosen = free[integer(rng, free.length)];
  if (chosen === undefined) throw new StreamFullError();
  return chosen;
}
