// For the model: a PD, of today or of before 2026, as region-syncer.md 1.4 and 1.10 have it. It says nothing of terms, and
// the old one neither that a snapshot is over nor that records are missing.

import {
  type Entry,
  type Logged,
  type ModelFrame,
  type ModelLeaderLike,
  type ModelStream,
  noSummary,
  Regions,
} from './model-frame.ts';

const pieceSize = 2;

/** How one PD differs from another. */
export interface PdNature {
  /** Of before 2026. */
  readonly isOld: boolean;
  /** The index that it begins with, without a region. */
  readonly first: number;
  /** After a restart it has no region: another member leads, which had none of them yet. */
  readonly losesRegions: boolean;
  /** The records that follow a snapshot without a region are numbered from 0, so that they look like one. */
  readonly countsFromZero: boolean;
}

export class ModelPd implements ModelLeaderLike {
  readonly member = 9n;
  readonly ours = false;
  readonly nature: PdNature;
  readonly regions: Regions = new Regions();
  log: Logged[] = [];
  #next: number;
  #floor: number;
  #streams: PdStream[] = [];

  constructor(nature: PdNature) {
    this.nature = nature;
    this.#next = this.#floor = nature.first;
  }

  get next(): number {
    return this.#next;
  }

  /** The oldest index in the ring. */
  get floor(): number {
    return this.#floor;
  }

  put(entry: Entry): void {
    this.log.push({ ...entry, index: this.#next });
    this.regions.put(entry);
    this.#next += 1;
  }

  /** The ring keeps its last `kept` records. */
  trim(kept: number): void {
    this.#floor = Math.max(this.#floor, this.#next - kept);
  }

  /** Only the next index is kept, and not always the newest. */
  restart(lost: number): void {
    for (const stream of this.#streams) stream.isOver = true;
    this.#streams = [];
    this.#next = Math.max(0, this.#next - lost);
    this.#floor = this.#next;
    this.log = [];
    if (this.nature.losesRegions) for (const { id } of this.regions.entries) this.regions.remove(id);
  }

  open(index: number): ModelStream {
    const stream = new PdStream(this, index);
    this.#streams.push(stream);
    return stream;
  }
}

type Phase =
  | { readonly kind: 'asked'; readonly index: number }
  | {
      readonly kind: 'snapshot';
      readonly stands: number;
      readonly sent: number;
      readonly left: readonly Entry[];
    }
  /** An index is told less `shift`. */
  | {
      readonly kind: 'replay';
      readonly cursor: number;
      readonly shift: number;
      readonly ends: 'said' | 'unsaid';
    }
  /** Of an old one: what was made before the answer was sent, and is not in it, is lost. */
  | { readonly kind: 'unbound' }
  | { readonly kind: 'live'; readonly cursor: number };

class PdStream implements ModelStream {
  readonly frames: ModelFrame[] = [];
  isOver = false;
  readonly #pd: ModelPd;
  #phase: Phase;

  constructor(pd: ModelPd, index: number) {
    this.#pd = pd;
    this.#phase = { kind: 'asked', index };
  }

  pump(): boolean {
    if (this.isOver) return false;
    const before = this.#phase;
    switch (before.kind) {
      case 'asked':
        this.#join(before.index);
        break;
      case 'snapshot':
        this.#snapshot(before);
        break;
      case 'replay':
      case 'live':
        this.#records(before);
        break;
      case 'unbound':
        this.#phase = { kind: 'live', cursor: this.#pd.next };
        break;
    }
    return this.#phase !== before;
  }

  quiet(): void {
    if (this.#phase.kind === 'live' && !this.isOver)
      this.#send(this.#pd.nature.isOld ? this.#pd.next : this.#phase.cursor, []);
  }

  #join(index: number): void {
    const { next, floor, nature, regions } = this.#pd;
    const snapshot: Phase = { kind: 'snapshot', stands: next, sent: 0, left: regions.entries };
    if (nature.isOld) return this.#joinOld(index, snapshot);
    if (index === 0) this.#phase = snapshot;
    else if (index >= floor && index < next)
      this.#phase = { kind: 'replay', cursor: index, shift: 0, ends: 'unsaid' };
    else if (index === next) {
      this.#send(next, []);
      this.#phase = { kind: 'live', cursor: next };
    } else this.#phase = snapshot;
  }

  /** A replay is one frame, also of all records that were ever made; 0 means all regions only when it is none. */
  #joinOld(index: number, snapshot: Phase): void {
    const { next, floor, log } = this.#pd;
    this.#phase = { kind: 'unbound' };
    if (index >= floor && index < next)
      this.#send(
        index,
        log.filter((entry) => entry.index >= index),
      );
    else if (index === next) this.#send(next, []);
    else if (index === 0) this.#phase = snapshot;
  }

  #snapshot({ stands, sent, left }: Phase & { kind: 'snapshot' }): void {
    const { isOld, countsFromZero } = this.#pd.nature;
    const piece = left.slice(0, pieceSize);
    if (piece.length > 0) {
      this.#send(sent, piece);
      this.#phase = { kind: 'snapshot', stands, sent: sent + piece.length, left: left.slice(pieceSize) };
    } else if (isOld) this.#phase = { kind: 'unbound' };
    else {
      const shift = sent === 0 && countsFromZero ? stands : 0;
      this.#phase = { kind: 'replay', cursor: stands, shift, ends: 'said' };
    }
  }

  #records(phase: Phase & { kind: 'replay' | 'live' }): void {
    const { log, floor, next } = this.#pd;
    const { cursor } = phase;
    if (cursor < floor) {
      // Today it ends the stream; before, it went on with what it had.
      if (this.#pd.nature.isOld) this.#phase = { kind: 'live', cursor: next };
      else this.isOver = true;
      return;
    }
    const entries = log.filter(({ index }) => index >= cursor).slice(0, pieceSize);
    if (entries.length > 0) {
      this.#send(cursor - (phase.kind === 'replay' ? phase.shift : 0), entries);
      this.#phase = { ...phase, cursor: cursor + entries.length };
    } else if (phase.kind === 'replay') {
      if (phase.ends === 'said') this.#send(cursor, []);
      this.#phase = { kind: 'live', cursor };
    }
  }

  #send(startIndex: number, entries: readonly Entry[]): void {
    const summary = { ...noSummary, startIndex, count: entries.length };
    this.frames.push({ summary, entries, removed: [], digest: '' });
  }
}
