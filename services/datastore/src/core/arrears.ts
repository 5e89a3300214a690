// What a subscriber is owed when it does not keep up: the changes between its cursor and the head of the ring,
// each leaf once, with the exact number of values it never saw. While it lags it costs nothing; only when the ring
// is about to overwrite what it has not read is that folded into one entry a leaf.
import type { ChangeRing } from './change-ring.ts';
import { grown } from './columns.ts';
import type { LeafTable } from './leaf-table.ts';
import type { NotificationWriter } from './notification-writer.ts';

/** Scratch space for one walk over the ring, shared by every subscriber of a datastore; all 0 between walks. */
export class Tally {
  #counts: Float64Array = new Float64Array(1024);

  /** Adds to the leaf's count and gives the sum. */
  add(leaf: number, values: number): number {
    this.#counts = grown(this.#counts, leaf + 1);
    const sum = (this.#counts[leaf] as number) + values;
    this.#counts[leaf] = sum;
    return sum;
  }

  /** The leaf's count, which is 0 from then on. */
  take(leaf: number): number {
    const count = this.#counts[leaf] ?? 0;
    if (count > 0) this.#counts[leaf] = 0;
    return count;
  }
}

/** Whether an entry concerns the subscriber: it covers the leaf, and its initial set was taken before the change. */
export type Concerns = (leaf: number, position: number) => boolean;

export class Arrears {
  /** Everything up to this position is delivered or folded. */
  cursor: number;
  /** Leaves that are owed, and how many of their values: the newest is shown, the others are its `duplicates`. */
  readonly #folded: Map<number, number> = new Map();
  readonly #ring: ChangeRing;
  readonly #leaves: LeafTable;
  readonly #tally: Tally;

  constructor(cursor: number, ring: ChangeRing, leaves: LeafTable, tally: Tally) {
    this.cursor = cursor;
    this.#ring = ring;
    this.#leaves = leaves;
    this.#tally = tally;
  }

  /** Entries held for leaves whose changes lie before the cursor. */
  get folded(): number {
    return this.#folded.size;
  }

  /** Nothing is owed. */
  get settled(): boolean {
    return this.#folded.size === 0 && this.cursor === this.#ring.head;
  }

  /** Folds the entries up to `position`, which are about to be overwritten. */
  fold(position: number, concerns: Concerns): void {
    for (let at = this.cursor + 1; at <= position; at++) {
      const leaf = this.#ring.leaf(at);
      if (!concerns(leaf, at)) continue;
      this.#folded.set(leaf, (this.#folded.get(leaf) ?? 0) + 1 + this.#ring.swallowed(at));
    }
    this.cursor = Math.max(this.cursor, position);
  }

  /** Writes what is owed until the writer holds `bytes`; what does not fit is owed still. */
  pay(writer: NotificationWriter, bytes: number, concerns: Concerns): void {
    this.#payFolded(writer, bytes);
    this.#payFromRing(writer, bytes, concerns);
  }

  /** What was folded and has not changed since; of the others a later entry in the ring has the last word. */
  #payFolded(writer: NotificationWriter, bytes: number): void {
    for (const [leaf, values] of this.#folded) {
      if (writer.size >= bytes) return;
      if ((this.#leaves.changedAt[leaf] as number) > this.cursor) continue;
      writer.add(leaf, values - 1);
      this.#folded.delete(leaf);
    }
  }

  #payFromRing(writer: NotificationWriter, bytes: number, concerns: Concerns): void {
    const { head } = this.#ring;
    let at = this.cursor;
    while (at < head && writer.size < bytes) {
      const leaf = this.#ring.leaf(++at);
      if (!concerns(leaf, at)) continue;
      const values = this.#tally.add(leaf, 1 + this.#ring.swallowed(at));
      if (this.#leaves.changedAt[leaf] !== at) continue;
      this.#tally.take(leaf);
      writer.add(leaf, values + (this.#folded.get(leaf) ?? 0) - 1);
      this.#folded.delete(leaf);
    }
    if (at < head) this.#carry(at);
    this.cursor = at;
  }

  /** The page is full at `position`: what was counted of leaves that change again after it is kept. */
  #carry(position: number): void {
    for (let at = this.cursor + 1; at <= position; at++) {
      const leaf = this.#ring.leaf(at);
      const values = this.#tally.take(leaf);
      if (values > 0) this.#folded.set(leaf, (this.#folded.get(leaf) ?? 0) + values);
    }
  }
}
