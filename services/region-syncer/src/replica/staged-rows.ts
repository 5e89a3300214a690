// What has come of a snapshot, on its way to the other generation on disk.
// Invariant: rows are written in the order they came; after drop() nothing is written any more.

import type { Run } from '../store/generations.ts';
import type { GenerationWriter } from './generation-writer.ts';
import type { ReplicaStore } from './replica-store.ts';

/** One is being written while the next is gathered. */
const mostUnderWay = 2;

export class StagedRows {
  readonly #store: ReplicaStore;
  readonly #pieceBytes: number;
  readonly #dropping = new AbortController();
  readonly #begun: Promise<void>;
  #rows: Run[] = [];
  #bytes = 0;
  #written: (() => void)[] = [];
  /** Oldest first. */
  readonly #underWay: Promise<void>[] = [];

  /** Begins a generation. `pieceBytes`: how much is written at once. */
  constructor(store: ReplicaStore, writer: GenerationWriter, pieceBytes: number) {
    this.#store = store;
    this.#pieceBytes = pieceBytes;
    this.#begun = handled(this.#begin(writer));
  }

  /**
   * Takes a row, whose bytes stay as they are until `written` is called. Resolves when there is room for the next;
   * rejects with what the store has refused so far.
   */
  async add(row: Run, written: () => void): Promise<void> {
    if (this.#rows.length > 0 && this.#bytes + row.bytes.length > this.#pieceBytes) this.#send();
    this.#rows.push(row);
    this.#written.push(written);
    this.#bytes += row.bytes.length;
    if (this.#bytes >= this.#pieceBytes) this.#send();
    if (this.#underWay.length >= mostUnderWay) await this.#underWay.shift();
  }

  /** Resolves when all that was added is written; rejects as add() does. */
  async flush(): Promise<void> {
    await this.#begun;
    if (this.#rows.length > 0) this.#send();
    while (this.#underWay.length > 0) await this.#underWay.shift();
  }

  /** The generation is not wanted. */
  drop(): void {
    this.#dropping.abort(new Error('the snapshot was dropped'));
    void handled(this.#store.abandonGeneration());
  }

  async #begin(writer: GenerationWriter): Promise<void> {
    const { signal } = this.#dropping;
    await writer.sweep(signal);
    await this.#store.beginGeneration();
    signal.throwIfAborted();
  }

  #send(): void {
    const rows = this.#rows;
    const written = this.#written;
    this.#rows = [];
    this.#written = [];
    this.#bytes = 0;
    this.#underWay.push(handled(this.#put(rows, written)));
  }

  async #put(rows: readonly Run[], written: readonly (() => void)[]): Promise<void> {
    await this.#begun;
    this.#dropping.signal.throwIfAborted();
    try {
      await this.#store.putGeneration(rows);
    } finally {
      for (const done of written) done();
    }
  }
}

/** It is awaited later, or its failure no longer matters. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
