// All that a node keeps on disk, used through a StoreThread: the log, the generations, where its history stands, and
// the cluster's own records.
// Invariant: every method that changes something is one transaction, so a process killed anywhere finds what its last
// finished call left, or that of the one it died in.

import type { Chunk } from '../log/chunk.ts';
import { planTrim, type Retention } from '../log/retention.ts';
import { type BootState, bootState, type LogSize, sizeOf } from './boot-state.ts';
import { ClusterStore } from './cluster-store.ts';
import type { Identity, StoreRow } from './cluster-table.ts';
import type { StorePoint } from './failpoints.ts';
import type { Flip } from './flip.ts';
import { GenerationStore } from './generation-store.ts';
import type { GenerationPage, Run } from './generations.ts';
import { gather } from './log-page.ts';
import { readableFrom, StoreFile } from './store-file.ts';
import type { RegionStoreOptions } from './store-options.ts';

export interface TrimResult {
  /** The position that the log can be read from. */
  readonly first: number;
  /** The pins that cost too much: what follows them is gone. */
  readonly refused: readonly number[];
  readonly log: LogSize;
}

export class RegionStore implements Disposable {
  readonly #file: StoreFile;
  readonly #options: RegionStoreOptions;
  readonly #failpoint: (point: StorePoint) => void;
  readonly #generations: GenerationStore;
  readonly #cluster: ClusterStore;

  /** Opens or creates the file. Throws StoreFaultError and DatabaseOpenError. */
  constructor(
    options: RegionStoreOptions,
    failpoint: (point: StorePoint) => void,
    file: StoreFile = new StoreFile(options, failpoint),
  ) {
    this.#options = options;
    this.#failpoint = failpoint;
    this.#file = file;
    this.#generations = new GenerationStore(this.#file, options.pieceBytes, failpoint);
    this.#cluster = new ClusterStore(this.#file);
  }

  /** Removes what a process left behind that died, and tells where the history stands. */
  boot(): BootState {
    while (this.sweep()) this.tidy();
    return this.state();
  }

  /** Where the history stands: also after a call whose answer was lost. */
  state(): BootState {
    return this.#file.read('read the state', (held) => bootState(held, this.#cluster.identity));
  }

  /**
   * Keeps who this node is when nothing is kept yet, and gives what is kept. Throws RangeError when that is a node of
   * another cluster.
   */
  identify(proposed: Identity): Identity {
    return this.#cluster.identify(proposed);
  }

  /**
   * A page of the active generation, up to `maxBytes` but a run at least, from cursor 0 on or from where the page before
   * says. A flip between two pages makes the cursor meaningless.
   */
  readGeneration(cursor: number, maxBytes: number): GenerationPage {
    return this.#generations.read(cursor, maxBytes);
  }

  /**
   * The records from `position` on, up to so many records and bytes (one record at least), in chunks of one term each;
   * none when nothing follows. 'gone': they are no longer kept, or it is no position of this history.
   */
  readLog(position: number, maxRecords: number, maxBytes: number): readonly Chunk[] | 'gone' {
    return this.#file.read('read the log', (held) => {
      const from = readableFrom(held, position);
      if (from === undefined) return 'gone';
      return gather(held.log.read(from, { records: maxRecords, bytes: maxBytes }), this.#options.chunk);
    });
  }

  /**
   * Appends chunks, each continuing the one before; the first record of a newer term begins it. Gives the index of
   * the next record. Throws RangeError when they do not continue the log.
   */
  append(chunks: readonly Chunk[]): number {
    const next = this.#file.write('append', ({ history, log }) => {
      for (const chunk of chunks) history.append(chunk);
      log.append(chunks);
      this.#failpoint('log.append.before-commit');
      return history.next;
    });
    this.#failpoint('log.append.after-commit');
    return next;
  }

  /**
   * This node leads from now on, in a term after `above` and every one that it has seen, which is kept before it is
   * given. Throws ForeignHistoryError after following a leader that is not ours.
   */
  startTerm(above: number): number {
    return this.#file.writeThrough('start a term', ({ history }) => {
      const member = this.#cluster.identity?.memberId;
      if (member === undefined) throw new Error('a node leads only when it is known which one it is');
      const term = history.startTerm(above, member);
      this.#failpoint('term.start');
      return term;
    });
  }

  /** A term was heard of, or is about to be begun: those before it are not followed any more, nor begun. */
  seeTerm(term: number): void {
    this.#file.writeThrough('see a term', ({ history }) => {
      if (term > history.maxTerm) history.put({ maxTerm: term });
    });
  }

  /**
   * What is held is not to be gone on with: a snapshot has to take its place, also after a restart. Its flip ends that. Of
   * the terms that were seen those up to `term` count: leaders of these are followed again.
   */
  forceSnapshot(term: number): void {
    this.#file.write('force a snapshot', ({ history }) => {
      history.forceSnapshot(true);
      if (term < history.maxTerm) history.put({ maxTerm: term });
    });
  }

  /** Whether a snapshot was forced and has not come. */
  isSnapshotForced(): boolean {
    return this.#file.read('read what is forced', ({ history }) => history.isSnapshotForced);
  }

  /** Begins a generation beside the active one; one that was begun before is abandoned. */
  beginGeneration(): void {
    this.#generations.begin();
  }

  /**
   * Adds runs to the generation, `pieceBytes` at most unless it is one run; throws RangeError for more. Calls are
   * answered in order: with one of these under way at a time, an append() waits for one piece.
   */
  putGeneration(runs: readonly Run[]): void {
    this.#generations.put(runs);
  }

  /** The generation is complete: from now on a restart begins from it. Throws RangeError when its index cannot be. */
  flip(flip: Flip): void {
    this.#generations.flip(flip);
  }

  /** The generation that was begun is not wanted; sweep() deletes what there is of it. */
  abandonGeneration(): void {
    this.#generations.abandon();
  }

  /**
   * Takes from the log what `retention` does not keep, except what a restart replays and what follows `pins`, the
   * positions of readers. `delta` is the position from which changes can be told without the log.
   */
  trim(retention: Retention, pins: readonly number[], delta: number): TrimResult {
    return this.#file.write('trim', ({ history, log }) => {
      const { drop, refused } = planTrim(log.spans, retention, history.generation?.index ?? 0, pins);
      if (drop > 0) {
        log.bury(drop);
        history.truncate(Math.min(delta, log.first ?? history.next));
      }
      this.#failpoint('trim');
      return { first: log.first ?? history.next, refused, log: sizeOf(log.spans) };
    });
  }

  /** Deletes one piece of what is no longer used. True while there may be more. */
  sweep(): boolean {
    return this.#file.write('sweep', ({ history, log }) => {
      const swept = log.sweep() || this.#generations.sweep(history.generation?.table);
      if (swept) this.#failpoint('sweep');
      return swept;
    });
  }

  putStore(store: StoreRow): void {
    this.#cluster.putStore(store);
  }

  /** Every store of the cluster. */
  stores(): StoreRow[] {
    return this.#cluster.stores();
  }

  /**
   * Reserves `count` (from 1) ids that were never given out, one after the other, and gives the last of them. Throws
   * RangeError when there are no more.
   */
  reserveIds(count: number): bigint {
    return this.#cluster.reserveIds(count);
  }

  /** Keeps what the cluster is bootstrapped with, and its first store. False when it was bootstrapped before. */
  bootstrap(record: Uint8Array, store: StoreRow): boolean {
    return this.#cluster.bootstrap(record, store);
  }

  /** What the cluster was bootstrapped with; undefined before. */
  bootstrapped(): Uint8Array | undefined {
    return this.#cluster.bootstrapped();
  }

  /** To be called after each answer, see StoreFile.checkpoint(). */
  tidy(): void {
    this.#file.checkpoint();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
