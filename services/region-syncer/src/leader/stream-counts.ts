// What a leader has counted of its followers' streams since its start.

import type { JoinPlan } from '../log/plan.ts';
import type { Counts } from '../service/counts.ts';
import type { EndReason } from './stream-ends.ts';
import type { RefusalReason } from './stream-refusals.ts';

export class StreamCounts {
  /** How long streams have waited for transports that took nothing, in ms. */
  blockedMs = 0;
  #snapshots = 0;
  #snapshotMs = 0;
  #snapshotBytes = 0;
  #lastReason = '';
  /** By the plan's tier and reason, which are few. */
  readonly #joins: Map<string, { readonly plan: JoinPlan; count: number }> = new Map();
  readonly #ends: Map<EndReason, number> = new Map();
  readonly #refusals: Map<RefusalReason, number> = new Map();

  /** The last follower that joined did so for this reason; '' before the first. */
  get lastJoinReason(): string {
    return this.#lastReason;
  }

  joined(plan: JoinPlan): void {
    const key = `${plan.tier} ${plan.reason}`;
    const known = this.#joins.get(key);
    if (known === undefined) this.#joins.set(key, { plan, count: 1 });
    else known.count += 1;
    this.#lastReason = plan.reason;
  }

  /** A complete snapshot was handed to the transport, in so many ms. */
  snapshot(ms: number, bytes: number): void {
    this.#snapshots += 1;
    this.#snapshotMs += ms;
    this.#snapshotBytes += bytes;
  }

  ended(reason: EndReason): void {
    this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + 1);
  }

  /** A request of a follower became no stream. */
  refused(reason: RefusalReason): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  counts(): Counts {
    return {
      joins: Array.from(this.#joins.values(), ({ plan: { tier, reason }, count }) => ({
        tier,
        reason,
        count,
      })),
      refusals: Array.from(this.#refusals, ([reason, count]) => ({ reason, count })),
      streamEnds: Array.from(this.#ends, ([reason, count]) => ({ reason, count })),
      snapshots: {
        count: this.#snapshots,
        seconds: this.#snapshotMs / 1_000,
        bytes: this.#snapshotBytes,
      },
      pumpBlockedSeconds: this.blockedMs / 1_000,
    };
  }
}
