// Keeps the data plane as the NSP says: reads what it tells, and rebuilds the tables of the streams that changed, one
// after the other and a slice at a time. Only the newest list of a kind is read, and news come before the next table.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { ConflatingMailbox } from '@syncline/runtime/conflating-mailbox.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { fullName } from '@syncline/trench/stream-name.ts';
import { readConduits } from '../reading/conduits.ts';
import { readFlows } from '../reading/flows.ts';
import type { Reader } from '../reading/reading.ts';
import { readStreams, type StreamLimits } from '../reading/streams.ts';
import { readTargets } from '../reading/targets.ts';
import { inSlices } from '../sliced.ts';
import type { StreamSpec } from '../stream/stream-row.ts';
import { StreamTable } from '../stream/stream-table.ts';
import type { TargetRow } from '../stream/target.ts';
import type { DataPlane } from './data-plane.ts';
import { type ListKind, listKinds, type NspList } from './nsp-list.ts';
import type { Refusals } from './refusals.ts';

/** Within which bounds the keeper works. */
export interface KeeperLimits extends StreamLimits {
  /** Flows of all conduits together. */
  readonly maxFlows: number;
  /** How long the event loop is kept at a stretch. */
  readonly sliceMs: number;
  /** How long reading a list or filling a table may take before the process counts as stuck. */
  readonly workMs: number;
}

export interface KeeperParts {
  readonly plane: DataPlane;
  /** By kind, so that it holds four lists at the most. */
  readonly lists: ConflatingMailbox<ListKind, NspList>;
  readonly refusals: Refusals;
  readonly limits: KeeperLimits;
  readonly clock: Clock;
}

/** The one writer of the data plane. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #counts = new Map<ListKind, { applied: number; superseded: number }>();
  readonly #dirty = new Set<StreamTable>();
  /** Undefined before the NSP told of streams: until then every target is of one that is not known. */
  #streams: ReadonlyMap<string, StreamSpec> | undefined;
  #tables: ReadonlyMap<string, StreamTable> = new Map();
  #targets: readonly TargetRow[] = [];

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Lists of a kind since the start: those that were read, and those that a newer one replaced before. */
  counts(kind: ListKind): { readonly applied: number; readonly superseded: number } {
    return this.#counts.get(kind) ?? { applied: 0, superseded: 0 };
  }

  /** Tables that are not yet as the NSP says. */
  get pendingTables(): number {
    return this.#dirty.size;
  }

  /** Keeps the data plane until the signal aborts, with whose reason it rejects. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { lists } = this.#parts;
    watch.idle('what the NSP says');
    for await (const batch of lists.batches(signal)) {
      for (const { value } of batch) await this.#take(value, watch, signal);
      if (batch.some(({ key }) => key === 'streams' || key === 'targets')) await this.#assign(watch, signal);
      for (const { key, conflated } of batch) {
        const { applied, superseded } = this.counts(key);
        this.#counts.set(key, { applied: applied + 1, superseded: superseded + conflated });
      }
      // At least one, or lists that keep coming would keep the tables as they are.
      do await this.#rebuildNext(watch, signal);
      while (this.#dirty.size > 0 && lists.depth === 0);
      if (this.#dirty.size === 0 && listKinds.every((kind) => this.#counts.has(kind)))
        this.#parts.plane.filled();
      watch.idle('what the NSP says');
    }
  }

  async #take(list: NspList, watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { plane, limits } = this.#parts;
    const read = <T>(reader: Reader<T>) => this.#read(list.kind, reader, watch, signal);
    switch (list.kind) {
      case 'conduits':
        return plane.setConduits(await read(readConduits(list.rows)));
      case 'streams':
        return this.#setStreams(await read(readStreams(list.rows, limits)));
      case 'flows':
        return plane.setClassifiers(await read(readFlows(list.rows, limits.maxFlows)));
      case 'targets':
        this.#targets = list.rows;
    }
  }

  #setStreams(streams: ReadonlyMap<string, StreamSpec>): void {
    const { plane, clock } = this.#parts;
    const before = this.#tables;
    this.#streams = streams;
    this.#tables = new Map(
      Array.from(streams, ([key, { name, maxTargets }]) => [
        key,
        before.get(key) ?? new StreamTable(name, maxTargets, clock),
      ]),
    );
    for (const [key, table] of before) if (!this.#tables.has(key)) this.#dirty.delete(table);
    plane.setStreams(this.#tables);
  }

  /** Tells each table which targets it should have: identifiers are bounded by what the stream allows. */
  async #assign(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const streams = this.#streams;
    if (streams === undefined) return;
    const targets = await this.#read('targets', readTargets(this.#targets, streams), watch, signal);
    for (const [key, { maxTargets }] of streams) {
      const table = this.#tables.get(key);
      table?.want(maxTargets, targets.get(key) ?? new Map());
      if (table?.isRebuilt === false) this.#dirty.add(table);
    }
  }

  async #rebuildNext(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { plane, limits, clock } = this.#parts;
    const [table] = this.#dirty;
    if (table === undefined) return;
    watch.phase('rebuild', limits.workMs, `the table of ${fullName(table.name)}`);
    this.#dirty.delete(table);
    await inSlices(table.rebuilding(), { clock, sliceMs: limits.sliceMs }, signal);
    plane.tablesChanged();
  }

  async #read<T>(kind: ListKind, reader: Reader<T>, watch: LoopWatch, signal: AbortSignal): Promise<T> {
    const { plane, limits, clock, refusals } = this.#parts;
    watch.phase('read', limits.workMs, `the ${kind}`);
    const { value, refused } = await inSlices(reader, { clock, sliceMs: limits.sliceMs }, signal);
    if (refusals.note(kind, refused)) plane.sourceChanged();
    return value;
  }
}
