// For the model: regions without bytes. A record gives a region a value, and may take another region's range.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import type { FrameSummary } from '../state.ts';

export interface Entry {
  readonly id: number;
  readonly value: number;
  /** The region that goes with it; undefined when none does. */
  readonly evicts?: number | undefined;
}

export interface Logged extends Entry {
  readonly index: number;
}

export interface ModelFrame {
  readonly summary: FrameSummary;
  readonly entries: readonly Entry[];
  readonly removed: readonly number[];
  /** The leader's regions, for a digest. */
  readonly digest: string;
}

/** What a follower can open at a leader's. */
export interface ModelStream {
  /** Frames on their way, oldest first. */
  readonly frames: ModelFrame[];
  /** The leader has ended it. */
  isOver: boolean;
  /** The leader sends what comes next, if anything. False when there was nothing. */
  pump(): boolean;
  /** Nothing was sent for a while. */
  quiet(): void;
}

/** What ScanRegions answers: one frame with all regions, as they are when it is sent. */
export class ModelListing implements ModelStream {
  readonly frames: ModelFrame[] = [];
  isOver = false;
  readonly #leader: ModelLeaderLike;
  #isSent = false;

  constructor(leader: ModelLeaderLike) {
    this.#leader = leader;
  }

  pump(): boolean {
    if (this.isOver || this.#isSent) return false;
    this.#isSent = true;
    const { entries } = this.#leader.regions;
    const summary = { ...noSummary, count: entries.length };
    this.frames.push({ summary, entries, removed: [], digest: '' });
    return true;
  }

  quiet(): void {}
}

export interface ModelLeaderLike {
  readonly member: bigint;
  readonly ours: boolean;
  readonly regions: Regions;
  readonly next: number;
  /** `term`: the highest that the follower has seen. */
  open(index: number, term: number): ModelStream;
}

/** Values by region. */
export class Regions {
  readonly #values: Map<number, number>;

  constructor(values: Iterable<readonly [number, number]> = []) {
    this.#values = new Map(values);
  }

  get entries(): Entry[] {
    return [...this.#values].map(([id, value]) => ({ id, value }));
  }

  has(id: number): boolean {
    return this.#values.has(id);
  }

  put({ id, value, evicts }: Entry): void {
    if (evicts !== undefined && evicts !== id) this.#values.delete(evicts);
    this.#values.set(id, value);
  }

  remove(id: number): void {
    this.#values.delete(id);
  }

  copy(): Regions {
    return new Regions(this.#values);
  }

  toString(): string {
    return [...this.#values]
      .toSorted(([a], [b]) => a - b)
      .map(([id, value]) => `${id}=${value}`)
      .join(' ');
  }
}

export const noSummary: FrameSummary = {
  kind: FrameKind.UNSPECIFIED,
  startIndex: 0,
  count: 0,
  previous: 0,
  term: 0,
  leaderNext: 0,
  total: 0,
  hasDigest: false,
};
