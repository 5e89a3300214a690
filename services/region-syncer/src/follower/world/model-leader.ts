// For the model: a leader of ours. What its streams send is decided by the leader's own state machine and join plan.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { joiningStream, syncStep, wantOf } from '../../leader/sync-machine.ts';
import type { SyncEvent } from '../../leader/sync-phase.ts';
import { firstOfTerm, termOf } from '../../log/index.ts';
import { Lineage, type TermEnd } from '../../log/lineage.ts';
import { planJoin } from '../../log/plan.ts';
import {
  type Entry,
  type Logged,
  type ModelFrame,
  type ModelLeaderLike,
  type ModelStream,
  Regions,
} from './model-frame.ts';

const pieceSize = 2;

export class ModelLeader implements ModelLeaderLike {
  readonly member = 7n;
  readonly ours = true;
  /** The regions as of every position that ever was. */
  readonly states: Map<number, string> = new Map();
  regions: Regions = new Regions();
  log: Logged[] = [];
  #streams: OwnStream[] = [];
  #terms: TermEnd[] = [];
  #logFloor: number;
  #deltaFloor: number;
  #removedAt = new Map<number, number>();

  constructor() {
    this.#terms = [{ term: 1, end: firstOfTerm(1) }];
    this.#logFloor = this.#deltaFloor = this.next;
    this.states.set(this.next, '');
  }

  get term(): number {
    return this.#terms.at(-1)?.term ?? 0;
  }

  get next(): number {
    return this.#terms.at(-1)?.end ?? 0;
  }

  get lineage(): Lineage {
    return new Lineage(this.#terms);
  }

  get logFloor(): number {
    return this.#logFloor;
  }

  get deltaFloor(): number {
    return this.#deltaFloor;
  }

  put(entry: Entry): void {
    const index = this.next;
    this.log.push({ ...entry, index });
    if (entry.evicts !== undefined && this.regions.has(entry.evicts))
      this.#removedAt.set(entry.evicts, index);
    this.regions.put(entry);
    this.#terms.splice(-1, 1, { term: this.term, end: index + 1 });
    this.states.set(index + 1, String(this.regions));
  }

  /** Another process leads; the last `lost` records of the term were never on its disk. */
  restart(lost: number): void {
    for (const stream of this.#streams) stream.isOver = true;
    this.#streams = [];
    const gone = Math.min(lost, this.next - firstOfTerm(this.term), this.next - this.#logFloor);
    const end = Math.max(firstOfTerm(this.term), this.next - gone);
    this.log = this.log.filter(({ index }) => index < end);
    this.#terms.splice(-1, 1, { term: this.term, end });
    const values = new Regions();
    for (const record of this.log) values.put(record);
    this.regions = values;
    const next = firstOfTerm(this.term + 1);
    this.#terms.push({ term: this.term + 1, end: next });
    this.states.set(next, String(this.regions));
    this.#removedAt.clear();
    this.#deltaFloor = next;
  }

  /** The log keeps its last `kept` records. */
  trim(kept: number): void {
    this.#logFloor = Math.max(this.#logFloor, this.log.at(-kept)?.index ?? this.#logFloor);
  }

  /** The removed regions of before are no longer remembered. */
  forget(): void {
    this.#deltaFloor = this.next;
  }

  open(index: number, term: number): ModelStream {
    if (term > this.term) throw new Error(`term ${term} was seen before it was given`);
    const stream = new OwnStream(this, index, term);
    this.#streams.push(stream);
    return stream;
  }

  changedSince(from: number): { entries: Entry[]; removed: number[] } {
    const changed = new Set(this.log.filter(({ index }) => index >= from).map(({ id }) => id));
    return {
      entries: this.regions.entries.filter(({ id }) => changed.has(id)),
      removed: [...this.#removedAt]
        .filter(([id, index]) => index >= from && !this.regions.has(id))
        .map(([id]) => id),
    };
  }
}

class OwnStream implements ModelStream {
  readonly frames: ModelFrame[] = [];
  isOver = false;
  readonly #leader: ModelLeader;
  readonly #asked: number;
  readonly #seen: number;
  #state;
  #captured: Entry[] = [];
  #removed: number[] = [];

  constructor(leader: ModelLeader, asked: number, seen: number) {
    this.#leader = leader;
    this.#asked = asked;
    this.#seen = seen;
    this.#state = joiningStream(asked, true);
  }

  pump(): boolean {
    if (this.isOver) return false;
    const before = this.#state;
    switch (wantOf(before)) {
      case 'plan':
        this.#plan();
        break;
      case 'capture':
        this.#capture();
        break;
      case 'ids': {
        const removed = this.#removed.splice(0, pieceSize);
        this.#step({ kind: 'ids', count: removed.length }, [], removed);
        break;
      }
      case 'regions': {
        const entries = this.#captured.splice(0, pieceSize);
        this.#step({ kind: 'regions', count: entries.length }, entries);
        break;
      }
      case 'records':
        this.#records();
        break;
      case 'nothing':
        break;
    }
    if (this.#state.phase.kind === 'over') this.isOver = true;
    return this.#state !== before;
  }

  quiet(): void {
    if (!this.isOver) this.#step({ kind: 'quiet', next: this.#leader.next });
  }

  #plan(): void {
    const { lineage, logFloor: log, deltaFloor: delta, next } = this.#leader;
    const { phase } = this.#state;
    const position = phase.kind === 'planning' ? phase.position : this.#asked;
    const term = phase.kind === 'planning' && phase.joining ? this.#seen : 0;
    const plan = planJoin({ position, term, delta: true, forced: false }, { lineage, log, delta });
    this.#step({ kind: 'planned', plan, next });
  }

  #capture(): void {
    const { phase } = this.#state;
    if (phase.kind !== 'waiting') return;
    const { regions, deltaFloor, next: position } = this.#leader;
    const tier = phase.tier === 'delta' && phase.from >= deltaFloor ? 'delta' : 'snapshot';
    const { entries, removed } =
      tier === 'delta' ? this.#leader.changedSince(phase.from) : { entries: regions.entries, removed: [] };
    this.#captured = entries;
    this.#removed = removed;
    this.#step({ kind: 'captured', tier, position, total: entries.length, removed: removed.length });
  }

  #records(): void {
    const { phase } = this.#state;
    if (!('cursor' in phase)) return;
    const { log, logFloor, next } = this.#leader;
    const [first, second] = log.filter(({ index }) => index >= phase.cursor);
    if (first === undefined) {
      if (phase.kind !== 'live') this.#step({ kind: 'caught-up', next });
    } else if (first.index < logFloor) this.#step({ kind: 'gone' });
    else {
      const entries = second?.index === first.index + 1 ? [first, second] : [first];
      this.#step({ kind: 'records', first: first.index, count: entries.length }, entries);
    }
  }

  #step(event: SyncEvent, entries: readonly Entry[] = [], removed: readonly number[] = []): void {
    const { state, frames } = syncStep(this.#state, event);
    this.#state = state;
    const { term, next, states } = this.#leader;
    for (const [at, { kind, startIndex, previous, total }] of frames.entries()) {
      const carried = at === 0 ? entries : [];
      const end = startIndex + carried.length;
      const hasDigest =
        kind === FrameKind.LIVE || (kind === FrameKind.KEEPALIVE && end === next && termOf(end) > 0);
      this.frames.push({
        summary: {
          kind,
          startIndex,
          previous,
          total,
          term,
          count: carried.length,
          leaderNext: next,
          hasDigest,
        },
        entries: carried,
        removed: at === 0 ? removed : [],
        digest: states.get(end) ?? '',
      });
    }
  }
}
