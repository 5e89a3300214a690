// For the explorer: what clients were told, and so what they rely on.
// A claim holds from the moment that an address was told until its owner releases it, is silent for too long, or its
// conduit has been unlisted for too long; and for the delay after a release.

import { type ConduitName, conduitKey } from '@syncline/trench/stream-name.ts';
import type { ChildName } from '../../tree/child-name.ts';
import type { HoldingTimes } from '../holdings.ts';

interface Claim {
  readonly child: ChildName;
  readonly address: string;
  /** When it was asked for last. */
  readonly askedMs: number;
  /** When its owner began to release it. */
  releasedMs: number;
}

export class Ledger {
  readonly #times: HoldingTimes;
  readonly #claims = new Map<string, Claim>();
  /** When the last release of each began. */
  readonly #released = new Map<string, number>();
  /** Conduits that nobody lists, and since when. */
  readonly #unlisted = new Map<string, number>();

  constructor(times: HoldingTimes) {
    this.#times = times;
  }

  /** Who asked at `askedMs` is told this address now. Throws when it is somebody else's, or not the one they had. */
  told(child: ChildName, address: string, askedMs: number, nowMs: number): void {
    const own = this.#claims.get(keyOf(child));
    if (own !== undefined && own.address !== address && this.#holds(own, nowMs))
      throw new Error(`${keyOf(child)} had ${own.address} and is told ${address}`);
    for (const claim of this.#claims.values()) {
      const { family, trench } = claim.child;
      const isSame = claim.address === address && family === child.family && trench === child.trench;
      if (isSame && claim !== own && this.#holds(claim, nowMs))
        throw new Error(`${keyOf(child)} is told ${address}, which is that of ${keyOf(claim.child)}`);
    }
    // Somebody may have released it while it was asked for: which of the two came first, nobody knows.
    const released = this.#released.get(keyOf(child)) ?? Number.NEGATIVE_INFINITY;
    const releasedMs = released >= askedMs ? released : Number.POSITIVE_INFINITY;
    this.#claims.set(keyOf(child), { child, address, askedMs, releasedMs });
  }

  /** Its owner begins to release it. */
  releases(child: ChildName, nowMs: number): void {
    this.#released.set(keyOf(child), nowMs);
    const claim = this.#claims.get(keyOf(child));
    if (claim !== undefined) claim.releasedMs = Math.min(claim.releasedMs, nowMs);
  }

  /** These conduits are listed from now on. */
  lists(all: readonly ConduitName[], listed: readonly ConduitName[], nowMs: number): void {
    for (const name of all) {
      const key = conduitKey(name);
      if (!listed.includes(name)) this.#unlisted.set(key, this.#unlisted.get(key) ?? nowMs);
      // What was unlisted for too long may be gone, listed again or not: nobody relies on it before it is told anew.
      else if (this.#isUnlisted(name, nowMs)) this.#dropAll(name);
      if (listed.includes(name)) this.#unlisted.delete(key);
    }
  }

  #holds({ child, askedMs, releasedMs }: Claim, nowMs: number): boolean {
    const { releaseDelayMs, staleMs, keptNames } = this.#times;
    const isStale = !keptNames.has(child.name) && nowMs >= askedMs + staleMs;
    return nowMs < releasedMs + releaseDelayMs && !isStale && !this.#isUnlisted(child, nowMs);
  }

  #isUnlisted(name: ConduitName, nowMs: number): boolean {
    const since = this.#unlisted.get(conduitKey(name)) ?? Number.POSITIVE_INFINITY;
    return nowMs >= since + this.#times.releaseDelayMs;
  }

  #dropAll(name: ConduitName): void {
    for (const [key, { child }] of this.#claims)
      if (conduitKey(child) === conduitKey(name)) this.#claims.delete(key);
  }
}

function keyOf(child: ChildName): string {
  const { family, trench, conduit, node, name } = child;
  return [family, trench, conduit, node, name].join('/');
}
