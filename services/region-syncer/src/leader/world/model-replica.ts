// A leader's copy for explored runs: the real tree, tail and lineage over a disk whose answers come whenever they like.
// It remembers what the regions were at every index, which is what followers are compared with.

import { Watermark } from '@syncline/runtime/watermark.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type Chunk, chunkFrom, endOf, splitChunk } from '../../log/chunk.ts';
import { firstOfTerm, termOf } from '../../log/index.ts';
import { Lineage } from '../../log/lineage.ts';
import { Tail } from '../../log/tail.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { blockOf, blocksOf, type ModelRegion, smallLimits } from '../../regions/regions.fixture.ts';
import { type Pin, Pins } from '../../replica/pins.ts';
import type { SyncReplica } from '../sync-parts.ts';

const chunkBounds = { records: 3, bytes: 1 << 16 };

export class ModelReplica implements SyncReplica {
  readonly regions = new RegionTree({ ...smallLimits, tombstones: 3 });
  readonly lineage = new Lineage();
  /** What the regions were before each index. */
  readonly folds: Map<number, string> = new Map();
  readonly #sim: Simulation;
  readonly #tail: Tail;
  readonly #committed: () => void;
  readonly #pins = new Pins();
  readonly #mark: Watermark;
  #disk: Chunk[] = [];
  #first: number;
  #pending: Chunk[] = [];
  /** What an append has. */
  #taken: Chunk[] = [];
  #next: number;

  /** `committed` is called after each commit. */
  constructor(sim: Simulation, committed: () => void) {
    this.#sim = sim;
    this.#committed = committed;
    this.lineage.start(1);
    this.#next = this.#first = firstOfTerm(1);
    this.#tail = new Tail({ held: { records: 4, bytes: 1 << 20 }, chunk: chunkBounds }, this.#next);
    this.#mark = new Watermark(BigInt(this.#next));
    this.#fold();
  }

  get next(): number {
    return this.#next;
  }

  get durable(): number {
    return this.#isDone ? this.#next : this.lineage.next;
  }

  get first(): number {
    return Math.min(this.#first, this.#tail.first);
  }

  get term(): number {
    return termOf(this.#next);
  }

  get deltaFloor(): number {
    return this.regions.deltaFloor;
  }

  get digest(): RegionTree['digest'] {
    return this.regions.digest;
  }

  /** A heartbeat becomes a record, which is not on disk. */
  record(region: ModelRegion): void {
    const { bytes, fields } = blockOf(region);
    this.regions.put(bytes, 0, bytes.length, fields, this.#next);
    this.#pending.push({ first: this.#next, count: 1, bytes });
    this.#next += 1;
    this.#fold();
  }

  /** An append takes what waits, unless one is under way; at times it has the digest with it. */
  append(): void {
    if (this.#taken.length > 0) return;
    this.#taken = this.#pending;
    this.#pending = [];
    const last = this.#taken.at(-1);
    if (last !== undefined && this.#sim.choose(2) === 1)
      this.#taken = this.#taken.with(-1, { ...last, digest: this.digest.encode() });
  }

  /** What waits is on disk. */
  commit(): void {
    do {
      this.append();
      for (const chunk of this.#taken) {
        this.lineage.append(chunk.first, endOf(chunk));
        this.#tail.append(chunk);
        this.#disk.push(chunk);
      }
      this.#taken = [];
    } while (!this.#isDone);
    this.#mark.advance(BigInt(this.durable));
    this.#committed();
  }

  /** The next record is the first of a newer term. */
  startTerm(): void {
    if (!this.#isDone) this.commit();
    const term = this.term + 1;
    this.lineage.start(term);
    this.#tail.startTerm(term);
    this.#next = firstOfTerm(term);
    this.#mark.advance(BigInt(this.#next));
    this.#fold();
  }

  /** The disk forgets its oldest `chunks`, pinned or not. */
  trim(chunks: number): void {
    const gone = this.#disk.splice(0, Math.min(chunks, this.#disk.length - 1));
    const last = gone.at(-1);
    if (last === undefined) return;
    this.#first = endOf(last);
    this.#pins.refused(this.#pins.positions().filter((position) => position < this.#first));
  }

  read(position: number, limit: Parameters<SyncReplica['read']>[1]): ReturnType<SyncReplica['read']> {
    return this.#tail.read(position, limit);
  }

  async readLog(position: number, limit: { records: number }): Promise<readonly Chunk[] | 'gone'> {
    await this.#sim.pause('the disk is read');
    const judged = this.lineage.judge(position);
    if (judged.kind === 'in-sync') return [];
    if (judged.kind !== 'known' || judged.from < this.#first) return 'gone';
    const read: Chunk[] = [];
    let records = 0;
    for (const chunk of this.#disk) {
      if (endOf(chunk) <= judged.from) continue;
      if (records >= limit.records) break;
      const rest = chunk.first < judged.from ? chunkFrom(chunk, judged.from) : chunk;
      read.push(...splitChunk(rest, chunkBounds));
      records += rest.count;
    }
    return read;
  }

  capture(): ReturnType<SyncReplica['capture']> {
    return { capture: this.regions.capture(), position: this.#next };
  }

  captureSince(index: number): ReturnType<SyncReplica['captureSince']> {
    return { ...this.regions.captureSince(index), position: this.#next };
  }

  pin(position: number): Pin {
    return this.#pins.add(position);
  }

  /** How many pins are held. */
  get pins(): number {
    return this.#pins.positions().length;
  }

  whenDurable(position: number, signal: AbortSignal): Promise<void> {
    return this.#mark.reaches(BigInt(position), signal);
  }

  get #isDone(): boolean {
    return this.#pending.length + this.#taken.length === 0;
  }

  #fold(): void {
    this.folds.set(this.#next, textOf(this.regions));
  }
}

/** All regions of a tree as text, in key order. */
export function textOf(tree: RegionTree): string {
  return blocksOf(tree)
    .map((block) => Buffer.from(block).toString('hex'))
    .join();
}
