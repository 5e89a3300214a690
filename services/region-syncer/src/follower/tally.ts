// What a follower has counted since its start: where every record went, how streams began, and why they ended.

import type { EndCount, JoinCount } from '../service/counts.ts';
import type { FrameFaultCount, Ledger } from '../service/member-status.ts';
import type { ListName } from '../wire/frame-lists.ts';
import type { Tier, Why } from './state.ts';

/** Where records went that had been received. */
export interface Settled {
  readonly applied: number;
  readonly stale: number;
  readonly superseded: number;
}

export class Tally {
  #received = 0;
  #applied = 0;
  #superseded = 0;
  #stale = 0;
  #quarantined = 0;
  #snapshots = 0;
  #snapshotMs = 0;
  #snapshotBytes = 0;
  readonly #joins = new Map<Tier, Map<Why, number>>();
  readonly #ends = new Map<Why, number>();
  readonly #frameFaults = new Map<ListName, number>();

  /** A frame came with this many records, `refused` of which cannot stand. */
  receive(records: number, refused: number): void {
    this.#received += records;
    this.#quarantined += refused;
  }

  /** What became of records that were received. */
  settle({ applied, stale, superseded }: Settled): void {
    this.#applied += applied;
    this.#stale += stale;
    this.#superseded += superseded;
  }

  joined(tier: Tier, why: Why): void {
    const reasons = this.#joins.get(tier) ?? new Map<Why, number>();
    this.#joins.set(tier, reasons.set(why, (reasons.get(why) ?? 0) + 1));
  }

  ended(why: Why): void {
    this.#ends.set(why, (this.#ends.get(why) ?? 0) + 1);
  }

  /** Of a frame this list was not taken whole. Gives how many frames that were. */
  incomplete(list: ListName): number {
    const frames = (this.#frameFaults.get(list) ?? 0) + 1;
    this.#frameFaults.set(list, frames);
    return frames;
  }

  /** A snapshot is complete, `ms` after it began. */
  snapshot(ms: number, bytes: number): void {
    this.#snapshots += 1;
    this.#snapshotMs += ms;
    this.#snapshotBytes += bytes;
  }

  get ledger(): Ledger {
    const settled = this.#applied + this.#superseded + this.#stale + this.#quarantined;
    return {
      received: this.#received,
      applied: this.#applied,
      superseded: this.#superseded,
      stale: this.#stale,
      quarantined: this.#quarantined,
      pending: this.#received - settled,
      dropped: 0,
    };
  }

  get joins(): JoinCount[] {
    return [...this.#joins].flatMap(([tier, reasons]) =>
      [...reasons].map(([reason, count]) => ({ tier, reason, count })),
    );
  }

  get streamEnds(): EndCount[] {
    return [...this.#ends].map(([reason, count]) => ({ reason, count }));
  }

  get frameFaults(): FrameFaultCount[] {
    return Array.from(this.#frameFaults, ([fault, count]) => ({ fault, count }));
  }

  get snapshots(): { readonly count: number; readonly seconds: number; readonly bytes: number } {
    return { count: this.#snapshots, seconds: this.#snapshotMs / 1e3, bytes: this.#snapshotBytes };
  }

  /** How often streams ended for this reason. */
  endsOf(why: Why): number {
    return this.#ends.get(why) ?? 0;
  }
}
