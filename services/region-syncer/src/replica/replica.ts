// One copy of all regions, in memory and on disk, used by leader and follower alike: what is put is numbered, kept
// for those who come back, and there again after a kill.
// Invariants: the tree is what all records before `next` led to; everything before `durable` survives a kill.

import { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import type { Chunk, ChunkBounds } from '../log/chunk.ts';
import { indexText, roomInTerm, termOf } from '../log/index.ts';
import type { Lineage } from '../log/lineage.ts';
import type { TailRead } from '../log/tail.ts';
import type { Digest } from '../regions/digest.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { Source } from '../store/history-table.ts';
import type { FrameRun } from '../wire/frame-run.ts';
import type { RegionFields } from '../wire/region-fields.ts';
import { Commits } from './commits.ts';
import { DigestStamp } from './digest-stamp.ts';
import type { Admission, Applied } from './fold.ts';
import type { Incoming } from './incoming.ts';
import { type Loaded, load } from './loading.ts';
import type { Pin } from './pins.ts';
import { Present } from './present.ts';
import type { CapturedDelta, CapturedRegions, ReplicaParts, ReplicaStatus } from './replica-parts.ts';
import type { ReplicaStore } from './replica-store.ts';
import { RunIntake } from './run-intake.ts';
import { Turn } from './turn.ts';
import { Upkeep } from './upkeep.ts';

export class Replica implements AsyncDisposable {
  readonly #store: ReplicaStore;
  readonly #present: Present;
  readonly #health: DiskHealth;
  readonly #stamp: DigestStamp;
  readonly #commits: Commits;
  readonly #upkeep: Upkeep;
  readonly #intake: RunIntake;

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
    const { store, settings, clock, rng, pause, events } = parts;
    this.#store = store;
    const present = new Present(regions, boot.source);
    const health = new DiskHealth(settings.retry, clock, rng);
    const stamp = new DigestStamp(clock, () => present.regions.digest);
    const { broken } = events;
    const digest = () => stamp.take();
    const commits = new Commits(
      { store, settings, health, clock, pause, digest, broken },
      standing,
      boot.maxTerm,
    );
    this.#stamp = stamp;
    this.#present = present;
    this.#health = health;
    this.#commits = commits;
    this.#intake = new RunIntake(commits, new Turn(clock, settings.turnMs, pause), () => present.regions);
    this.#upkeep = new Upkeep({ ...parts, present, commits, health });
  }

  /** The regions. After a snapshot they are another object, so never keep it. Only this class changes it. */
  get regions(): RegionTree {
    return this.#present.regions;
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
    return this.#present.source;
  }

  /** A delta was begun and is not whole: until rebase(), or the records that it stands for, the regions are of no index. */
  get isMixed(): boolean {
    return this.#present.mixedUntil > this.next;
  }

  /** The terms of the committed records; empty in a foreign history. */
  get lineage(): Lineage {
    return this.#commits.lineage;
  }

  /** The first index that captureSince() answers. */
  get deltaFloor(): number {
    return this.#present.deltaFloor;
  }

  /** The digest of all records before `next`; it changes with them. */
  get digest(): Digest {
    return this.#present.regions.digest;
  }

  /**
   * Leader: a term begins, which is kept before it is given. `member` is this node's id. Tries until the store can, or
   * the signal aborts. Throws when records wait for the disk.
   */
  async beginTerm(member: bigint, signal: AbortSignal): Promise<number> {
    if (this.durable !== this.next) throw new Error('a term begins when all records are on disk');
    return this.#upkeep.beginTerm({ kind: 'ours', member }, signal);
  }

  /**
   * Leader: goes on in a term after `above`, which somebody has seen and this replica has not. Resolves when that is kept;
   * tries until the store can, or the signal aborts.
   */
  raiseTerm(above: number, signal: AbortSignal): Promise<void> {
    return this.#upkeep.raiseTerm(above, signal);
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
    this.#present.regions.put(bytes, start, end, fields, index, termLo, termHi);
    this.#commits.add(index, 1, bytes, start, end);
    return index;
  }

  /** Leader: the last record of an append has the digest with it, `ms` after another one had at the earliest. */
  stampDigests(ms: number): void {
    this.#stamp.every(ms);
  }

  /**
   * Follower: takes the records from index `first` on, the refused ones of the run included; those before `next` were
   * taken before. Long runs let others have their turn, so wait for one before the next. Throws RangeError when
   * records between are missing, and ArenaFullError after the records before the one that has no room.
   */
  apply(run: FrameRun, first: number, admission: Admission): Promise<Applied> {
    return this.#intake.apply(run, first, admission);
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
   * Follower: of the terms that were seen only those up to `term` count. The store keeps that with the next snapshot, or
   * when it is told (RegionStore.forceSnapshot).
   */
  forgetTerms(term: number): void {
    this.#commits.forgetTerms(term);
  }

  /**
   * Follower: removes the ids and puts the run's regions, which stand for records before `until` that do not come one by
   * one. The position stays, and nothing of it is kept, until rebase(); to take the same records one by one instead is
   * right too. Waits until what the rebase before stands for is kept; rejects with the signal's reason.
   */
  async delta(run: FrameRun, removed: BigUint64Array, until: number, signal: AbortSignal): Promise<Applied> {
    await this.#upkeep.beginDelta(until, signal);
    return this.#intake.change(run, removed);
  }

  /**
   * Follower: what delta() took stands for all records before `next`. Records may come before that is kept. Throws
   * RangeError when it is no index of ours.
   */
  rebase(next: number): void {
    this.#upkeep.rebase(next);
  }

  /** Follower: begins a second generation; one that was begun before is dropped. */
  begin(): Incoming {
    return this.#upkeep.begin();
  }

  /** What follows a position, from memory: see Tail.read. Committed records only. */
  read(position: number, limit: ChunkBounds): TailRead {
    return this.#commits.tail.read(position, limit);
  }

  /** What follows a position, from disk: see RegionStore.readLog. Rejects with what the store refuses. */
  async readLog(position: number, limit: ChunkBounds): Promise<readonly Chunk[] | 'gone'> {
    const read = await this.#store.readLog(position, limit.records, limit.bytes);
    if (read === 'gone' && position >= this.first) {
      // A trim took effect though its answer came too late: without this, `first` would promise what is gone.
      const { first, log } = await this.#store.state();
      this.#commits.trimmed(first, log, this.deltaFloor);
    }
    return read;
  }

  /** All regions as they are now. Nothing of it may be sent before its position is durable. */
  capture(): CapturedRegions {
    return { capture: this.#present.regions.capture(), position: this.next };
  }

  /** What records from `index` on have changed; not to be sent before its position is durable. Throws RangeError. */
  captureSince(index: number): CapturedDelta {
    const { deltaFloor } = this;
    if (index < deltaFloor)
      throw new RangeError(
        `changes since ${indexText(index)} are not known, from ${indexText(deltaFloor)} on`,
      );
    return { ...this.#present.regions.captureSince(index), position: this.next };
  }

  /** Keeps the log from `position` on, as long as the budget lasts. */
  pin(position: number): Pin {
    return this.#upkeep.pins.add(position);
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
    return this.#commits.pressure.isOn;
  }

  onPressed(listener: (pressed: boolean) => void): () => void {
    return this.#commits.pressure.changed.add(listener);
  }

  /** What the disk refused last; undefined while it takes what it is given. */
  get degraded(): Error | undefined {
    return this.#health.error;
  }

  /** Told why when the disk begins to refuse, and undefined when that is over. Gives what ends it. */
  onDegraded(listener: (error: Error | undefined) => void): () => void {
    return this.#health.onTurned(listener);
  }

  /** Told of each refusal of the disk. Gives what ends it. */
  onRefused(listener: (error: Error) => void): () => void {
    return this.#health.onRefused(listener);
  }

  status(): ReplicaStatus {
    const { log, waiting, tail, count } = this.#commits;
    const { count: checkpoints, failed, last } = this.#upkeep.checkpointer;
    return {
      log,
      pending: waiting,
      tail: tail.held,
      commits: { count, failed: this.#health.refusals },
      checkpoints: { count: checkpoints, failed },
      checkpoint: last,
    };
  }

  /** Writes what is pending, for as long as the disk takes it, and ends. The store stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upkeep.close();
    await this.#commits.close();
  }
}
