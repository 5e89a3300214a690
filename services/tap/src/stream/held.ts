// The target that a stream wants to have registered, and the one that the NSP may have.

import type { StreamView } from './stream-view.ts';

/** What is to be registered. */
export interface WantedTarget {
  /** Never empty. */
  readonly ips: readonly string[];
  readonly ipsKey: string;
  readonly maxTargets: number;
}

/** What the NSP may have of us: noted before it is asked for, dropped when it is known to be gone. */
export interface HeldTarget {
  readonly ips: readonly string[];
  readonly ipsKey: string;
  readonly identifier: number;
  /**
   * doubtful: an answer is missing. enabled: the NSP took it ENABLED, which it may have stored otherwise. listed: the
   * NSP listed it ENABLED since, so it is that or gone, and may be refreshed unseen.
   */
  readonly state: 'doubtful' | 'enabled' | 'listed';
  /** When ENABLED was sent last, monotonic ms: from then on it expires. 0 before that. */
  readonly sentMs: number;
}

/** The target that fits what is known, or undefined when there is to be none. */
export function wantedTarget(
  wanted: boolean,
  { link, config }: StreamView,
  unregisterOnDown: boolean,
): WantedTarget | undefined {
  const { snapshot } = link;
  if (!wanted || config.kind !== 'listed' || snapshot === undefined) return undefined;
  if (snapshot.localIps.length === 0) return undefined;
  if (link.state !== 'up' && unregisterOnDown) return undefined;
  return { ips: snapshot.localIps, ipsKey: snapshot.ipsKey, maxTargets: config.maxTargets };
}

/** Whether what is held is what is wanted, registered or about to be. */
export function fits(held: HeldTarget, wanted: WantedTarget | undefined): wanted is WantedTarget {
  return wanted !== undefined && held.ipsKey === wanted.ipsKey && held.identifier <= wanted.maxTargets;
}
