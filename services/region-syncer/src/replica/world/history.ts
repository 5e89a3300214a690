// For the explorer: what a leader knows, in the plainest form there is, at each of its positions.

import { firstOfTerm } from '../../log/index.ts';
import { type ModelRegion, RegionModel } from '../../regions/regions.fixture.ts';
import type { Admission } from '../fold.ts';
import { blocks } from '../replica.fixture.ts';

export interface HistoryRecord {
  readonly index: number;
  /** Undefined: it cannot stand, and is not sent. */
  readonly region: ModelRegion | undefined;
}

export class History {
  readonly admission: Admission;
  readonly #records: HistoryRecord[] = [];
  /** By position, in rising order. */
  readonly #regions: Map<number, readonly ModelRegion[]> = new Map();
  readonly #model = new RegionModel();
  #next: number;

  /** Begins with `regions`, at the position `next`. */
  constructor(next: number, regions: readonly ModelRegion[], admission: Admission) {
    this.#next = next;
    this.admission = admission;
    for (const region of regions) this.#model.put(region, 0);
    this.#note();
  }

  get next(): number {
    return this.#next;
  }

  get positions(): readonly number[] {
    return [...this.#regions.keys()];
  }

  has(position: number): boolean {
    return this.#regions.has(position);
  }

  /** The regions at a position, by key. */
  at(position: number): readonly ModelRegion[] {
    const regions = this.#regions.get(position);
    if (regions === undefined) throw new Error(`${position} is no position of this history`);
    return regions;
  }

  /** The blocks of at(). */
  blocksAt(position: number): string[] {
    return blocks(this.at(position));
  }

  /** Whether PD's rules let the region in. */
  accepts(region: ModelRegion): boolean {
    return this.#model.accepts(region, 0);
  }

  /** A record. */
  add(region: ModelRegion | undefined): void {
    this.#records.push({ index: this.#next++, region });
    if (region !== undefined && (this.admission === 'all' || this.accepts(region)))
      this.#model.put(region, 0);
    this.#note();
  }

  startTerm(term: number): void {
    this.#next = firstOfTerm(term);
    this.#note();
  }

  /** The first record at or after an index; undefined when there is none. */
  after(index: number): HistoryRecord | undefined {
    return this.#records.find((record) => record.index >= index);
  }

  /** The records of [from, to). */
  between(from: number, to: number): HistoryRecord[] {
    return this.#records.filter(({ index }) => index >= from && index < to);
  }

  /** The same history up to a position: what came after it is lost. */
  truncated(position: number): History {
    const history = new History(position, this.at(position), this.admission);
    for (const [at, regions] of this.#regions) if (at < position) history.#regions.set(at, regions);
    history.#records.push(...this.between(0, position));
    return history;
  }

  #note(): void {
    this.#regions.set(this.#next, [...this.#model.regions]);
  }
}
