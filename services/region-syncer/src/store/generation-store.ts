// The generations as they are read, written piece by piece and swept: one is active, one may be in the making.
// Invariant: what is in the making is never the active one, and nobody finds it after a restart.

import type { StorePoint } from './failpoints.ts';
import { activate, type Flip } from './flip.ts';
import { type GenerationPage, Generations, type Run, type Table } from './generations.ts';
import type { StoreFile } from './store-file.ts';

interface Writing {
  readonly table: Table;
  regions: number;
  bytes: number;
}

export class GenerationStore {
  readonly #file: StoreFile;
  readonly #pieceBytes: number;
  readonly #failpoint: (point: StorePoint) => void;
  readonly #generations: Generations;
  #writing: Writing | undefined;

  /** `pieceBytes`: how much one call writes or deletes. */
  constructor(file: StoreFile, pieceBytes: number, failpoint: (point: StorePoint) => void) {
    this.#file = file;
    this.#pieceBytes = pieceBytes;
    this.#failpoint = failpoint;
    this.#generations = new Generations(file.database);
  }

  /** See RegionStore.readGeneration. */
  read(cursor: number, maxBytes: number): GenerationPage {
    return this.#file.read('read a generation', ({ history }) => {
      if (history.generation === undefined) throw new Error('there is no generation to read');
      return this.#generations.read(history.generation.table, cursor, maxBytes);
    });
  }

  /** See RegionStore.beginGeneration. */
  begin(): void {
    this.#writing = undefined;
    const active = this.#file.read('begin a generation', ({ history }) => history.generation?.table);
    while (this.#file.write('begin a generation', () => this.sweep(active))) this.#file.checkpoint();
    this.#writing = { table: active === 0 ? 1 : 0, regions: 0, bytes: 0 };
  }

  /** See RegionStore.putGeneration. */
  put(runs: readonly Run[]): void {
    const writing = this.#begun();
    const bytes = runs.reduce((sum, run) => sum + run.bytes.length, 0);
    if (runs.length > 1 && bytes > this.#pieceBytes)
      throw new RangeError(
        `a piece of ${bytes} bytes is more than the ${this.#pieceBytes} that are written at once`,
      );
    this.#file.write('write a generation', () => {
      this.#generations.put(writing.table, runs);
      this.#failpoint('generation.piece');
    });
    writing.bytes += bytes;
    writing.regions += runs.reduce((sum, run) => sum + run.regions, 0);
  }

  /** See RegionStore.flip. */
  flip(flip: Flip): void {
    const written = this.#begun();
    this.#file.write('flip', (held) => {
      activate(held, flip, written);
      this.#failpoint('generation.before-flip');
    });
    this.#writing = undefined;
    this.#failpoint('generation.after-flip');
  }

  /** What was begun is not wanted. */
  abandon(): void {
    this.#writing = undefined;
  }

  /** In a transaction: deletes a piece of what is neither `active` nor in the making. False when there was nothing. */
  sweep(active: Table | undefined): boolean {
    return this.#generations.sweep([active, this.#writing?.table], this.#pieceBytes);
  }

  #begun(): Writing {
    if (this.#writing === undefined) throw new Error('no generation was begun');
    return this.#writing;
  }
}
