// Regions one after the other put into a tree: what a log is for, live and after a restart alike.
// Invariant: equal trees that are given equal blocks stay equal.

import type { RegionTree } from '../regions/region-tree.ts';
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import type { Turn } from './turn.ts';

/**
 * Whose word the regions are. 'all': a leader of ours has judged them, so the state is a fold of its log. 'judged': by
 * PD's rules, here; the stale ones change nothing, and equal states judge alike, so it is a fold too.
 */
export type Admission = 'all' | 'judged';

/** What became of some records. */
export interface Applied {
  readonly applied: number;
  /** Older than what is known. */
  readonly stale: number;
  /** Taken before. */
  readonly superseded: number;
}

/** The index of a region that came with a snapshot. */
export const ofSnapshot = -1;

/** A block without a region: it stands for a record of a PD that could not stand. */
export const voidBlock: Uint8Array = Uint8Array.of(0x12, 0, 0x22, 0, 0x2a, 0, 0x32, 0);

/** How many blocks are put between two looks at the clock. */
const stride = 8;

/** Puts a run block by block, a turn at a time. */
export class Fold {
  /** How many blocks were put, or passed over because they are stale. */
  taken = 0;
  /** Where the next block begins. */
  at = 0;
  stale = 0;
  readonly #bytes: Uint8Array;
  readonly #count: number;
  readonly #first: number;
  readonly #admission: Admission;
  readonly #fields: RegionFields = new RegionFields();

  /** Of the run `bytes` with `count` blocks; the records are from index `first` on, or `ofSnapshot`. */
  constructor(bytes: Uint8Array, count: number, first: number, admission: Admission) {
    this.#bytes = bytes;
    this.#count = count;
    this.#first = first;
    this.#admission = admission;
  }

  get isDone(): boolean {
    return this.taken === this.#count;
  }

  /** How many took effect. */
  get applied(): number {
    return this.taken - this.stale;
  }

  /** Puts blocks into `tree` until there is none or the turn is over. Throws WireError, ArenaFullError. */
  run(tree: RegionTree, turn: Turn): void {
    while (this.taken < this.#count) {
      this.#put(tree);
      if (this.taken % stride === 0 && turn.isOver) return;
    }
  }

  #put(tree: RegionTree): void {
    const bytes = this.#bytes;
    const fields = this.#fields;
    const start = this.at;
    const end = readBlock(bytes, start, bytes.length, fields);
    const isVoid = fields.idLo === 0 && fields.idHi === 0;
    if (!isVoid) {
      if (this.#admission === 'judged' && tree.check(bytes, fields, 0, 0) !== 'accepted') this.stale++;
      else
        tree.put(
          bytes,
          start,
          end,
          fields,
          this.#first === ofSnapshot ? ofSnapshot : this.#first + this.taken,
        );
    }
    this.taken++;
    this.at = end;
  }
}
