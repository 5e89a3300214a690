// All that a node keeps on disk, used through a StoreThread: the log, the generations, where its history stands, and
// the cluster's own records.
// Invariant: every method that changes something is one transaction, so a process killed anywhere finds what its last
// finished call left, or that of the one it died in.

import type { Chunk } from '../log/chunk.ts';
import type { TermEnd } from '../log/lineage.ts';
import { planTrim, type Retention } from '../log/retention.ts';
import { type BootState, bootState, type LogSize, sizeOf } from './boot-state.ts';
import { ClusterTable, type Identity, type StoreRow } from './cluster-table.ts';
import type { StorePoint } from './failpoints.ts';
import { type GenerationPage, Generations, type Run, type Table } from './generations.ts';
import type { Source } from './history-table.ts';
import { gather } from './log-page.ts';
import { type Held, StoreFile } from './store-file.ts';
import type { RegionStoreOptions } from './store-options.ts';

/** The generation that was written becomes the active one. */
export type Flip =
  /** It holds what the history led to at `index`, which the log goes on from. */
  | { readonly kind: 'checkpoint'; readonly index: number }
  /**
   * It is another history: nothing in the log continues it. `lineage` is empty for a foreign one. A snapshot was sent by
   * a leader; what is rebased was made of what is held, so a snapshot that is forced has still to come.
   */
  | {
      readonly kind: 'snapshot' | 'rebase';
      readonly index: number;
      /** How many blocks, the first ones, are the snapshot; those after them are records that came since. */
      readonly regions: number;
      readonly source: Exclude<Source, { kind: 'none' }>;
      readonly lineage: readonly TermEnd[];
    };

export interface TrimResult {
  /** The position that the log can be read from. */
  readonly first: number;
  /** The pins that cost too much: what follows them is gone. */
  readonly refused: readonly number[];
  readonly log: LogSize;
}

interface Writing {
  readonly table: Table;
  regions: number;
  bytes: number;
}

export class RegionStore implements Disposable {
  readonly #file: StoreFile;
  readonly #options: RegionStoreOptions;
  readonly #failpoint: (point: StorePoint) => void;
  readonly #generations: Generations;
  readonly #cluster: ClusterTable;
  #writing: Writing | undefined;

  /** Opens or creates the file. Throws StoreFaultError and DatabaseOpenError. */
  constructor(options: RegionStoreOptions, failpoint: (point: StorePoint) => void) {
    this.#options = options;
    this.#failpoint = failpoint;
    this.#file = new StoreFile(options);
    this.#generations = new Generations(this.#file.database);
    this.#cluster = new ClusterTable(this.#file.database);
  }

  /** Removes what a process left behind that died, and tells where the history stands. */
  boot(): BootState {
    while (this.sweep());
    return this.state();
  }

  /** Where the history stands: also after a call whose answer was lost. */
  state(): BootState {
    return this.#file.read('read the state', (held) => bootState(held, this.#cluster.identity()));
  }

  /**
   * Keeps who this node is when nothing is kept yet, and gives what is kept. Throws RangeError when that is a node of
   * another cluster.
   */
  identify(proposed: Identity): Identity {
    return this.#file.writeThrough('identify', () => {
      const kept = this.#cluster.identity();
      if (kept === undefined) this.#cluster.setIdentity(proposed);
      else if (kept.clusterId !== proposed.clusterId)
        throw new RangeError(
          `the store is of cluster ${kept.clusterId}, not of cluster ${proposed.clusterId}`,
        );
      return kept ?? proposed;
    });
  }

  /**
   * A page of the active generation, up to `maxBytes` but a run at least, from cursor 0 on or from where the page before
   * says. A flip between two pages makes the cursor meaningless.
   */
  readGeneration(cursor: number, maxBytes: number): GenerationPage {
    return this.#file.read('read a generation', ({ history }) => {
      if (history.generation === undefined) throw new Error('there is no generation to read');
      return this.#generations.read(history.generation.table, cursor, maxBytes);
    });
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
      const member = this.#cluster.identity()?.memberId;
      if (member === undefined) throw new Error('a node leads only when it is known which one it is');
      const term = history.startTerm(above, member);
      this.#failpoint('term.start');
      return term;
    });
  }

  /** A term was heard of: leaders of older ones are not followed any more. */
  seeTerm(term: number): void {
    this.#file.write('see a term', ({ history }) => {
      if (term > history.maxTerm) history.put({ maxTerm: term });
    });
  }

  /** What is held is not to be gone on with: a snapshot has to take its place, also after a restart. Its flip ends that. */
  forceSnapshot(): void {
    this.#file.write('force a snapshot', ({ history }) => history.forceSnapshot(true));
  }

  /** Whether a snapshot was forced and has not come. */
  isSnapshotForced(): boolean {
    return this.#file.read('read what is forced', ({ history }) => history.isSnapshotForced);
  }

  /** Another member leads the same history. Throws RangeError when it cannot be the same: that takes a snapshot. */
  follow(source: Source): void {
    this.#file.write('follow', ({ history }) => {
      if (source.kind !== history.source.kind)
        throw new RangeError(
          `a ${source.kind} leader does not continue a history of kind ${history.source.kind}`,
        );
      history.put({ source });
    });
  }

  /** Begins a generation beside the active one; one that was begun before is abandoned. */
  beginGeneration(): void {
    this.#writing = undefined;
    const active = this.#file.read('begin a generation', ({ history }) => history.generation?.table);
    while (this.#file.write('begin a generation', () => this.#sweepGeneration(active)));
    this.#writing = { table: active === 0 ? 1 : 0, regions: 0, bytes: 0 };
  }

  /**
   * Adds runs to the generation, `pieceBytes` at most unless it is one run; throws RangeError for more. Calls are
   * answered in order: with one of these under way at a time, an append() waits for one piece.
   */
  putGeneration(runs: readonly Run[]): void {
    const writing = this.#begun();
    const bytes = runs.reduce((sum, run) => sum + run.bytes.length, 0);
    const { pieceBytes } = this.#options;
    if (runs.length > 1 && bytes > pieceBytes)
      throw new RangeError(
        `a piece of ${bytes} bytes is more than the ${pieceBytes} that are written at once`,
      );
    this.#file.write('write a generation', () => {
      this.#generations.put(writing.table, runs);
      this.#failpoint('generation.piece');
    });
    writing.bytes += bytes;
    writing.regions += runs.reduce((sum, run) => sum + run.regions, 0);
  }

  /** The generation is complete: from now on a restart begins from it. Throws RangeError when its index cannot be. */
  flip(flip: Flip): void {
    const { index } = flip;
    const { table, regions, bytes } = this.#begun();
    this.#file.write('flip', (held) => {
      const { history, log } = held;
      if (flip.kind !== 'checkpoint') {
        if (flip.regions > regions)
          throw new RangeError(`${flip.regions} regions are more than the ${regions} that were written`);
        const generation = { table, regions: flip.regions, bytes, index };
        log.bury(log.spans.length);
        history.replace({ source: flip.source, generation }, flip.lineage, index);
        if (flip.kind === 'snapshot') history.forceSnapshot(false);
      } else {
        if (readableFrom(held, flip.index) === undefined)
          throw new RangeError(`the log does not go on from index ${flip.index}`);
        history.put({ generation: { table, regions, bytes, index } });
      }
      this.#failpoint('generation.before-flip');
    });
    this.#writing = undefined;
    this.#failpoint('generation.after-flip');
  }

  /** The generation that was begun is not wanted; sweep() deletes what there is of it. */
  abandonGeneration(): void {
    this.#writing = undefined;
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
      const swept = log.sweep() || this.#sweepGeneration(history.generation?.table);
      if (swept) this.#failpoint('sweep');
      return swept;
    });
  }

  /** Forgets the history, regions and all. Terms that were seen stay seen, and the cluster's own records stay. */
  reset(): void {
    this.#writing = undefined;
    this.#file.write('reset', ({ history, log }) => {
      log.bury(log.spans.length);
      history.replace({ source: { kind: 'none' }, generation: undefined }, [], 0);
      history.forceSnapshot(false);
      this.#failpoint('reset');
    });
  }

  putStore(store: StoreRow): void {
    this.#file.writeThrough('put a store', () => this.#cluster.putStore(store));
  }

  /** Every store of the cluster. */
  stores(): StoreRow[] {
    return this.#file.read('read the stores', () => this.#cluster.stores());
  }

  /**
   * Reserves `count` (from 1) ids that were never given out, one after the other, and gives the last of them. Throws
   * RangeError when there are no more.
   */
  reserveIds(count: number): bigint {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${count} is no number of ids`);
    return this.#file.writeThrough('reserve ids', () => {
      const last = this.#cluster.lastId() + BigInt(count);
      this.#cluster.setLastId(last);
      return last;
    });
  }

  /** Keeps what the cluster is bootstrapped with, and its first store. False when it was bootstrapped before. */
  bootstrap(record: Uint8Array, store: StoreRow): boolean {
    return this.#file.writeThrough('bootstrap', () => {
      if (this.#cluster.bootstrapped() !== undefined) return false;
      this.#cluster.setBootstrapped(record);
      this.#cluster.putStore(store);
      return true;
    });
  }

  /** What the cluster was bootstrapped with; undefined before. */
  bootstrapped(): Uint8Array | undefined {
    return this.#file.read('read the bootstrap record', () => this.#cluster.bootstrapped());
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #begun(): Writing {
    if (this.#writing === undefined) throw new Error('no generation was begun');
    return this.#writing;
  }

  #sweepGeneration(active: Table | undefined): boolean {
    return this.#generations.sweep([active, this.#writing?.table], this.#options.pieceBytes);
  }
}

/** The first record that follows `position`, when all that do are in the log. */
function readableFrom({ history, log }: Held, position: number): number | undefined {
  const from = history.following(position);
  return from === undefined || from < (log.first ?? history.next) ? undefined : from;
}
