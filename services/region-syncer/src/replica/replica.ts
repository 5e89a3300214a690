// One copy of all regions, in memory and on disk, used by leader and follower alike: what is put is numbered, kept
// for those who come back, and there again after a kill.
// Invariants: the tree is what all records before `next` led to; everything before `durable` survives a kill.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Chunk, ChunkBounds } from '../log/chunk.ts';
import type { Lineage } from '../log/lineage.ts';
import type { TailRead } from '../log/tail.ts';
import type { Capture } from '../regions/capture.ts';
import type { Digest } from '../regions/digest.ts';
import type { RegionDelta, RegionTree } from '../regions/region-tree.ts';
import type { Source } from '../store/history-table.ts';
import type { Run } from '../wire/frame-run.ts';
import type { RegionFields } from '../wire/region-fields.ts';
import type { Admission, Applied } from './fold.ts';
import type { Incoming } from './incoming.ts';
import type { Loading } from './loading.ts';
import type { Pin } from './pins.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';

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
export interface ReplicaEvents {
  /** The loading goes on. */
  readonly loading: (loading: Loading) => void;
  /** A checkpoint was written; `records` since the one before are in it. */
  readonly checkpointed: (index: number, regions: number, durationMs: number) => void;
  /** A checkpoint failed, and is tried again later. */
  readonly checkpointFailed: (error: Error) => void;
  /** The store has answered what it never should: memory and disk may differ, so the process has to end. */
  readonly broken: (error: Error) => void;
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

export declare class Replica implements AsyncDisposable {
  /**
   * Reads back what the store holds, bit by bit; nothing else may use the store's generations and log. Rejects with
   * what the store refuses, and with the signal's reason.
   */
  static open(parts: ReplicaParts, signal: AbortSignal): Promise<Replica>;

  /** The regions. After a snapshot they are another object, so never keep it. Only this class changes it. */
  get regions(): RegionTree;
  /** The index of the next record. */
  get next(): number;
  /** The index after the last record: before `next` while a term has none. The same regions either way. */
  get end(): number;
  /** All records before it survive a kill. */
  get durable(): number;
  /** The oldest position that the log can be read from, in memory or on disk. */
  get first(): number;
  /** All records before it are in the active generation; 0 when there is none. */
  get applied(): number;
  /** The newest term that was seen. */
  get term(): number;
  /** Whose indexes these are; kind none: there is nothing yet. */
  get source(): Source;
  /** The terms of the committed records; empty in a foreign history. */
  get lineage(): Lineage;
  /** The first index that captureSince() answers. */
  get deltaFloor(): number;

  /** Leader: a term begins, which is kept before it is given. Tries until the store can, or the signal aborts. */
  beginTerm(member: bigint, signal: AbortSignal): Promise<number>;
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
  ): number;

  /**
   * Follower: takes the records from index `first` on, the refused ones of the run included; those before `next` were
   * taken before. Long runs let others have their turn, so wait for one before the next. Throws RangeError when
   * records between are missing.
   */
  apply(run: Run, first: number, admission: Admission): Promise<Applied>;
  /** Follower: the position is `next`, the start of a term without records. Throws RangeError when it is not. */
  move(next: number): void;
  /** Follower: a term was heard of; leaders of lower ones are not to be followed any more. Kept soon. */
  seeTerm(term: number): void;
  /**
   * Follower: removes the ids and puts the run's regions, which stand for records that do not come one by one. The
   * position stays, and nothing of it is kept, until rebase(); to take the same records one by one instead is right too.
   */
  delta(run: Run, removed: BigUint64Array): Promise<Applied>;
  /** Follower: what delta() took stands for all records before `next`. Records may come before that is kept. */
  rebase(next: number): void;
  /** Follower: begins a second generation; one that was begun before is dropped. */
  begin(): Incoming;

  /** What follows a position, from memory: see Tail.read. Committed records only. */
  read(position: number, limit: ChunkBounds): TailRead;
  /** What follows a position, from disk: see RegionStore.readLog. Rejects with what the store refuses. */
  readLog(position: number, limit: ChunkBounds): Promise<readonly Chunk[] | 'gone'>;
  /** All regions as they are now. Nothing of it may be sent before its position is durable. */
  capture(): CapturedRegions;
  /** What records from `index` on have changed; not to be sent before its position is durable. Throws RangeError. */
  captureSince(index: number): CapturedDelta;
  /** Keeps the log from `position` on, as long as the budget lasts. */
  pin(position: number): Pin;
  /** The digest of all records before `next`; it changes with them. */
  get digest(): Digest;

  /** Resolves when `position` is durable. Rejects with the signal's reason, and when another history takes its place. */
  whenDurable(position: number, signal: AbortSignal): Promise<void>;
  /** Calls after each commit, and after each change of history. Gives what ends that. */
  onCommitted(listener: () => void): () => void;
  /** More waits for the disk than is allowed; it ends at half of that. */
  get pressed(): boolean;
  onPressed(listener: (pressed: boolean) => void): () => void;
  /** What the disk refused last; undefined while it takes what it is given. */
  get degraded(): Error | undefined;
  onDegraded(listener: (error: Error | undefined) => void): () => void;

  status(): ReplicaStatus;
  /** Writes what is pending, for as long as the disk takes it, and ends. The store stays open. */
  [Symbol.asyncDispose](): Promise<void>;
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
