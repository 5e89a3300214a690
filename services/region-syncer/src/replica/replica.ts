// One copy of all regions, in memory and on disk, used by leader and follower alike: what is put is numbered, kept
// for those who come back, and there again after a kill.
// Invariants: the tree is what all records before `next` led to; everything before `durable` survives a kill.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Chunk, ChunkBounds } from '../log/chunk.ts';
import { firstOfTerm, indexText, roomInTerm, termOf } from '../log/index.ts';
import type { Lineage } from '../log/lineage.ts';
import { skipBlocks } from '../log/run.ts';
import type { TailRead } from '../log/tail.ts';
import type { Capture } from '../regions/capture.ts';
import type { Digest } from '../regions/digest.ts';
import type { RegionDelta, RegionTree } from '../regions/region-tree.ts';
import type { Source } from '../store/history-table.ts';
import type { Run } from '../wire/frame-run.ts';
import type { RegionFields } from '../wire/region-fields.ts';
import { type CheckpointEvents, Checkpointer } from './checkpointer.ts';
import { Commits, type Standing } from './commits.ts';
import { DiskHealth, refusalOf } from './disk-health.ts';
import { type Admission, type Applied, Fold, ofSnapshot, voidBlock } from './fold.ts';
import { GenerationWriter } from './generation-writer.ts';
import { Incoming } from './incoming.ts';
import { type Loaded, type Loading, load } from './loading.ts';
import { type Pin, Pins } from './pins.ts';
import { lineageAt, type Origin, type RebaseParts, rebase } from './rebase.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';
import { Turn } from './turn.ts';

/** What a replica needs from its surroundings. */
export interface ReplicaParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Lets others have their turn: setImmediate in a service. */
  readonly pause: () => Promise<void>;
  readonly events: ReplicaEvents;
}

/** What a replica tells the one who made it. */
export interface ReplicaEvents extends CheckpointEvents {
  /** The loading goes on. */
  readonly loading: (loading: Loading) => void;
}

/** The regions as of all records before `position`, once `position` is durable. To be disposed of. */
export interface CapturedRegions {
  readonly capture: Capture;
  readonly position: number;
}

/** What has changed, and up to which position. */
export interface CapturedDelta extends RegionDelta {
  readonly position: number;
}

export class Replica implements AsyncDisposable {
  readonly #parts: ReplicaParts;
  readonly #health: DiskHealth;
  readonly #commits: Commits;
  readonly #writer: GenerationWriter;
  readonly #checkpointer: Checkpointer;
  readonly #pins: Pins = new Pins();
  readonly #turn: Turn;
  #regions: RegionTree;
  #source: Source;
  #incoming: Incoming | undefined;
  /** What led to the regions before it is not known one by one, whatever the tree remembers. */
  #told = 0;

  /**
   * Reads back what the store holds, bit by bit; nothing else may use the store's generations and log. Rejects with
   * what the store refuses, and with the signal's reason.
   */
  static async open(parts: ReplicaParts, signal: AbortSignal): Promise<Replica> {
    const { store, settings, clock, pause, events } = parts;
    const turn = new Turn(clock, settings.turnMs, pause);
    return new Replica(parts, await load({ store, settings, turn, loading: events.loading }, signal));
  }

  private constructor(parts: ReplicaParts, { boot, regions, standing }: Loaded) {
    const { store, settings, clock, rng, events } = parts;
    this.#parts = parts;
    this.#regions = regions;
    this.#source = boot.source;
    this.#turn = this.#newTurn();
    this.#health = new DiskHealth(settings.retry, clock, rng);
    const { broken } = events;
    this.#commits = new Commits({ store, settings, health: this.#health, broken }, standing, boot.maxTerm);
    this.#writer = new GenerationWriter(store, settings, this.#newTurn());
    const deltaFloor = () => this.deltaFloor;
    this.#checkpointer = new Checkpointer({
      ...this.#rebaseParts(),
      settings,
      clock,
      pins: this.#pins,
      deltaFloor,
      events,
    });
    this.#commits.committed.add(() => this.#checkpointer.check());
    this.#checkpointer.check();
  }

  /** The regions. After a snapshot they are another object, so never keep it. Only this class changes it. */
  get regions(): RegionTree {
    return this.#regions;
  }

  /** The index of the next record. */
  get next(): number {
    return this.#commits.next;
  }

  /** The index after the last record: before `next` while a term has none. The same regions either way. */
  get end(): number {
    return this.#commits.end;
  }

  /** All records before it survive a kill. */
  get durable(): number {
    return this.#commits.durable;
  }

  /** The oldest position that the log can be read from, in memory or on disk. */
  get first(): number {
    return Math.min(this.#commits.first, this.#commits.tail.first);
  }

  /** All records before it are in the active generation; 0 when there is none. */
  get applied(): number {
    return this.#commits.generation;
  }

  /** The newest term that was seen. */
  get term(): number {
    return this.#commits.term;
  }

  /** Whose indexes these are; kind none: there is nothing yet. */
  get source(): Source {
    return this.#source;
  }

  /** The terms of the committed records; empty in a foreign history. */
  get lineage(): Lineage {
    return this.#commits.lineage;
  }

  /** The first index that captureSince() answers. */
  get deltaFloor(): number {
    return Math.max(this.#told, this.#regions.deltaFloor);
  }

  /** The digest of all records before `next`; it changes with them. */
  get digest(): Digest {
    return this.#regions.digest;
  }

  /**
   * Leader: a term begins, which is kept before it is given. `member` is this node's id. Tries until the store can, or
   * the signal aborts. Throws when records wait for the disk.
   */
  async beginTerm(member: bigint, signal: AbortSignal): Promise<number> {
    if (this.durable !== this.next) throw new Error('a term begins when all records are on disk');
    const source: Origin = { kind: 'ours', member };
    const term =
      this.#source.kind === 'foreign' ? await this.#takeOver(source, signal) : await this.#startTerm(signal);
    this.#source = source;
    return term;
  }

  /**
   * Leader: puts the region bytes[start, end), which `fields` was read from and regions.check() has accepted, as the
   * next record, and gives its index. regions.removed are those that went. To be sent to nobody before it is durable.
   * Throws ArenaFullError, and then nothing has changed.
   */
  record(
    bytes: Uint8Array,
    start: number,
    end: number,
    fields: RegionFields,
    termLo: number,
    termHi: number,
  ): number {
    if (roomInTerm(this.next) === 0) this.#commits.startTerm(termOf(this.next) + 1);
    const index = this.next;
    this.#regions.put(bytes, start, end, fields, index, termLo, termHi);
    this.#commits.add(index, 1, bytes, start, end);
    return index;
  }

  /**
   * Follower: takes the records from index `first` on, the refused ones of the run included; those before `next` were
   * taken before. Long runs let others have their turn, so wait for one before the next. Throws RangeError when
   * records between are missing, and ArenaFullError after the records before the one that has no room.
   */
  async apply(run: Run, first: number, admission: Admission): Promise<Applied> {
    const { next } = this;
    if (first > next && first !== firstOfTerm(termOf(first)))
      throw new RangeError(
        `records from ${indexText(first)} do not continue those before ${indexText(next)}`,
      );
    const begin = Math.max(first, next);
    const fresh = Math.max(0, first + run.count + run.refused - begin);
    const count = Math.min(run.count, fresh);
    const offset = skipBlocks(run.bytes, 0, run.count - count);
    const fold = new Fold(run.bytes.subarray(offset), count, begin, admission);
    await this.#fold(fold, (done, at) => {
      const start = offset + at;
      this.#commits.add(begin + done, fold.taken - done, run.bytes, start, offset + fold.at);
    });
    this.#skip(begin + count, fresh - count);
    return { applied: fold.applied, stale: fold.stale, superseded: run.count - count };
  }

  /** Follower: the position is `next`, the start of a term without records. Throws RangeError when it is not. */
  move(next: number): void {
    this.#commits.startTerm(termOf(next), next);
  }

  /** Follower: a term was heard of; leaders of lower ones are not to be followed any more. Kept soon. */
  seeTerm(term: number): void {
    this.#commits.seeTerm(term);
  }

  /**
   * Follower: removes the ids and puts the run's regions, which stand for records that do not come one by one. The
   * position stays, and nothing of it is kept, until rebase(); to take the same records one by one instead is right too.
   */
  async delta(run: Run, removed: BigUint64Array): Promise<Applied> {
    this.#told = Number.POSITIVE_INFINITY;
    const halves = new Uint32Array(removed.buffer, removed.byteOffset, 2 * removed.length);
    for (let at = 0; at < halves.length; at += 2)
      this.#regions.remove(halves[at] as number, halves[at + 1] as number, ofSnapshot);
    const fold = new Fold(run.bytes, run.count, ofSnapshot, 'all');
    await this.#fold(fold, () => {});
    return { applied: fold.applied, stale: 0, superseded: 0 };
  }

  /**
   * Follower: what delta() took stands for all records before `next`. Records may come before that is kept. Throws
   * RangeError when it is no index of ours.
   */
  rebase(next: number): void {
    const source = this.#source;
    if (source.kind !== 'ours') throw new RangeError(`there is no delta to a history of kind ${source.kind}`);
    lineageAt(next, source);
    this.#commits.detach(next);
    this.#told = next;
    this.#checkpointer.rebase(source);
  }

  /** Follower: begins a second generation; one that was begun before is dropped. */
  begin(): Incoming {
    this.#incoming?.drop();
    this.#checkpointer.suspend();
    const { store, settings, events } = this.#parts;
    const incoming = new Incoming({
      store,
      settings,
      writer: this.#writer,
      turn: this.#newTurn(),
      commits: this.#commits,
      completed: (regions, source, standing) => this.#complete(regions, source, standing),
      dropped: () => {
        this.#incoming = undefined;
        this.#checkpointer.resume();
      },
      broken: events.broken,
    });
    this.#incoming = incoming;
    return incoming;
  }

  /** What follows a position, from memory: see Tail.read. Committed records only. */
  read(position: number, limit: ChunkBounds): TailRead {
    return this.#commits.tail.read(position, limit);
  }

  /** What follows a position, from disk: see RegionStore.readLog. Rejects with what the store refuses. */
  readLog(position: number, limit: ChunkBounds): Promise<readonly Chunk[] | 'gone'> {
    return this.#parts.store.readLog(position, limit.records, limit.bytes);
  }

  /** All regions as they are now. Nothing of it may be sent before its position is durable. */
  capture(): CapturedRegions {
    return { capture: this.#regions.capture(), position: this.next };
  }

  /** What records from `index` on have changed; not to be sent before its position is durable. Throws RangeError. */
  captureSince(index: number): CapturedDelta {
    const { deltaFloor } = this;
    if (index < deltaFloor)
      throw new RangeError(
        `changes since ${indexText(index)} are not known, from ${indexText(deltaFloor)} on`,
      );
    return { ...this.#regions.captureSince(index), position: this.next };
  }

  /** Keeps the log from `position` on, as long as the budget lasts. */
  pin(position: number): Pin {
    return this.#pins.add(position);
  }

  /** Resolves when `position` is durable. Rejects with the signal's reason, and when another history takes its place. */
  whenDurable(position: number, signal: AbortSignal): Promise<void> {
    return this.#commits.whenDurable(position, signal);
  }

  /** Calls after each commit, and after each change of history. Gives what ends that. */
  onCommitted(listener: () => void): () => void {
    return this.#commits.committed.add(listener);
  }

  /** More waits for the disk than is allowed; it ends at half of that. */
  get pressed(): boolean {
    return this.#commits.isPressed;
  }

  onPressed(listener: (pressed: boolean) => void): () => void {
    return this.#commits.pressed.add(listener);
  }

  /** What the disk refused last; undefined while it takes what it is given. */
  get degraded(): Error | undefined {
    return this.#health.error;
  }

  onDegraded(listener: (error: Error | undefined) => void): () => void {
    return this.#health.changed.add(listener);
  }

  status(): ReplicaStatus {
    const { log, waiting, tail, count } = this.#commits;
    const { count: checkpoints, failed, last } = this.#checkpointer;
    return {
      log,
      pending: waiting,
      tail: tail.held,
      commits: { count, failed: this.#health.failed },
      checkpoints: { count: checkpoints, failed },
      checkpoint: last,
    };
  }

  /** Writes what is pending, for as long as the disk takes it, and ends. The store stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#checkpointer.close();
    this.#incoming?.drop();
    await closed;
    await this.#commits.close();
  }

  async #startTerm(signal: AbortSignal): Promise<number> {
    for (;;) {
      try {
        const term = await this.#parts.store.startTerm(this.term);
        this.#health.works();
        this.#commits.termBegan(term);
        return term;
      } catch (error) {
        if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
        await this.#health.refused(error, signal);
      }
    }
  }

  /** A history with terms takes the place of a PD's. */
  async #takeOver(source: Origin, signal: AbortSignal): Promise<number> {
    const term = this.term + 1;
    const next = firstOfTerm(term);
    this.#checkpointer.suspend();
    this.#commits.detach(next);
    this.#told = next;
    await rebase(this.#rebaseParts(), source, signal);
    this.#checkpointer.resume();
    return term;
  }

  /** Puts what is left of the fold, a turn at a time; tells of each piece which blocks, and bytes, were before it. */
  async #fold(fold: Fold, put: (taken: number, at: number) => void): Promise<void> {
    this.#turn.begin();
    for (;;) {
      const { taken, at } = fold;
      try {
        fold.run(this.#regions, this.#turn);
      } finally {
        if (fold.taken > taken) put(taken, at);
      }
      if (fold.isDone) return;
      await this.#turn.next();
    }
  }

  /** Records that could not stand have their place in the log. */
  #skip(first: number, count: number): void {
    for (let i = 0; i < count; i++) this.#commits.add(first + i, 1, voidBlock, 0, voidBlock.length);
  }

  #complete(regions: RegionTree, source: Origin, standing: Standing): void {
    this.#incoming = undefined;
    this.#regions = regions;
    this.#source = source;
    this.#told = standing.next;
    this.#commits.replace(standing);
    this.#checkpointer.replaced();
  }

  #rebaseParts(): RebaseParts {
    return {
      store: this.#parts.store,
      commits: this.#commits,
      writer: this.#writer,
      health: this.#health,
      regions: () => this.#regions,
    };
  }

  #newTurn(): Turn {
    const { clock, settings, pause } = this.#parts;
    return new Turn(clock, settings.turnMs, pause);
  }
}

/** Numbers for status and metrics. */
export interface ReplicaStatus {
  /** Of the log on disk. */
  readonly log: { readonly records: number; readonly bytes: number };
  /** Bytes and records that are not durable. */
  readonly pending: { readonly records: number; readonly bytes: number };
  readonly tail: ChunkBounds;
  readonly commits: { readonly count: number; readonly failed: number };
  readonly checkpoints: { readonly count: number; readonly failed: number };
  /** The last checkpoint; undefined when there was none since the start. */
  readonly checkpoint: { readonly atUnixMs: number; readonly durationMs: number } | undefined;
}
