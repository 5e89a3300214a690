// A leader's copy for explored runs: the real tree, tail and lineage over a disk whose answers come whenever they like.
// It remembers what the regions were at every index, which is what followers are compared with.

import { Watermark } from '@syncline/runtime/watermark.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type Chunk, chunkFrom, endOf, splitChunk } from '../../log/chunk.ts';
import { firstOfTerm, termOf } from '../../log/index.ts';
import { Lineage } from '../../log/lineage.ts';
import { Tail } from '../../log/tail.ts';
import { RegionLoad } from '../../regions/region-load.ts';
import type { RegionTree } from '../../regions/region-tree.ts';
import { blocksOf, finished, smallLimits } from '../../regions/regions.fixture.ts';
import { type Pin, Pins } from '../../replica/pins.ts';
import type { Replica } from '../../replica/replica.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';
import type { SyncReplica } from '../sync-parts.ts';
import type { ModelDisk } from './model-disk.ts';

const chunkBounds = { records: 3, bytes: 1 << 16 };
const fields = new RegionFields();

/** What the regions were, as textOf() shows them, before each index. */
export type Folds = Map<number, string>;

export class ModelReplica implements SyncReplica {
  readonly regions: RegionTree;
  readonly lineage: Lineage;
  readonly folds: Folds;
  /** The end of the records that were on disk. */
  readonly found: number;
  readonly #sim: Simulation;
  readonly #disk: ModelDisk;
  readonly #tail: Tail;
  readonly #committed: () => void;
  readonly #pins = new Pins();
  readonly #mark: Watermark;
  #pending: Chunk[] = [];
  /** What an append has. */
  #taken: Chunk[] = [];
  #next: number;

  /** A process begins, in a term of its own. `committed` is called after each commit. */
  constructor(sim: Simulation, disk: ModelDisk, folds: Folds, committed: () => void) {
    this.#sim = sim;
    this.#disk = disk;
    this.#committed = committed;
    this.folds = folds;
    this.lineage = new Lineage(disk.terms);
    this.found = this.lineage.next;
    for (const index of folds.keys()) if (index > this.found) folds.delete(index);
    this.regions = regionsOn(disk, folds.get(disk.first) ?? '');
    const term = disk.maxTerm + 1;
    this.#tail = new Tail(
      { held: { records: 4, bytes: 1 << 20 }, chunk: chunkBounds },
      this.found,
      this.lineage.end,
    );
    this.#next = firstOfTerm(term);
    this.#mark = new Watermark(BigInt(this.#next));
    disk.maxTerm = term;
    this.#advance();
    disk.terms = this.lineage.terms();
    this.#fold();
  }

  get next(): number {
    return this.#next;
  }

  get durable(): number {
    return this.#isDone ? this.#next : this.lineage.next;
  }

  get first(): number {
    return Math.min(this.#disk.first, this.#tail.first);
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

  /** See Replica.record(). */
  record(...[bytes, start, end, block, termLo, termHi]: Parameters<Replica['record']>): number {
    const index = this.#next;
    this.regions.put(bytes, start, end, block, index, termLo, termHi);
    this.#pending.push({ first: index, count: 1, bytes: bytes.slice(start, end) });
    this.#next += 1;
    this.#fold();
    return index;
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
    const disk = this.#disk;
    do {
      this.append();
      for (const chunk of this.#taken) {
        this.lineage.append(chunk.first, endOf(chunk));
        this.#tail.append(chunk);
      }
      disk.chunks = [...disk.chunks, ...this.#taken];
      this.#taken = [];
    } while (!this.#isDone);
    disk.terms = this.lineage.terms();
    this.#advance();
    this.#committed();
  }

  /** See Replica.raiseTerm(). A term that was raised is in the lineage on disk when it has a record. */
  async raiseTerm(above: number, signal: AbortSignal): Promise<void> {
    await this.#sim.pause('a term is kept', signal);
    const term = above + 1;
    if (term <= this.term) return;
    this.#disk.maxTerm = term;
    this.#next = firstOfTerm(term);
    this.#advance();
    this.#fold();
  }

  /** The disk forgets its oldest `chunks`, pinned or not. */
  trim(chunks: number): void {
    const disk = this.#disk;
    const gone = disk.chunks.slice(0, Math.min(chunks, disk.chunks.length - 1));
    const last = gone.at(-1);
    if (last === undefined) return;
    disk.chunks = disk.chunks.slice(gone.length);
    disk.first = endOf(last);
    this.lineage.truncate(Math.min(disk.first, this.deltaFloor));
    const [oldest] = this.lineage.terms();
    disk.terms = disk.terms.filter(({ term }) => term >= (oldest?.term ?? 0));
    this.#pins.refused(this.#pins.positions().filter((position) => position < disk.first));
  }

  read(position: number, limit: Parameters<SyncReplica['read']>[1]): ReturnType<SyncReplica['read']> {
    return this.#tail.read(position, limit);
  }

  async readLog(position: number, limit: { records: number }): Promise<readonly Chunk[] | 'gone'> {
    await this.#sim.pause('the disk is read');
    const judged = this.lineage.judge(position);
    if (judged.kind === 'in-sync') return [];
    if (judged.kind !== 'known' || judged.from < this.#disk.first) return 'gone';
    const read: Chunk[] = [];
    let records = 0;
    for (const chunk of this.#disk.chunks) {
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

  /** More may be durable: records, or the start of a term that has none. */
  #advance(): void {
    const { term } = this;
    if (this.#isDone && term > this.lineage.term) {
      this.lineage.start(term);
      this.#tail.startTerm(term);
    }
    this.#mark.advance(BigInt(this.durable));
  }

  #fold(): void {
    this.folds.set(this.#next, textOf(this.regions));
  }
}

/** What is on disk: the regions before its first record, as text, and on top of them the records. */
function regionsOn({ first, chunks }: ModelDisk, before: string): RegionTree {
  const load = new RegionLoad({ ...smallLimits, tombstones: 3 });
  const run = Buffer.from(before.replaceAll(',', ''), 'hex');
  load.append(run, 0, run.length);
  const tree = finished(load.finish(first, 'refuse'));
  for (const chunk of chunks) putAll(tree, chunk.bytes, chunk.first);
  return tree;
}

/** Puts the regions of a run, the first with record `index`. */
function putAll(tree: RegionTree, run: Uint8Array, index: number): void {
  for (let at = 0, next = index; at < run.length; next += 1) {
    const end = readBlock(run, at, run.length, fields);
    tree.put(run, at, end, fields, next);
    at = end;
  }
}

/** All regions of a tree as text, in key order. */
export function textOf(tree: RegionTree): string {
  return blocksOf(tree)
    .map((block) => Buffer.from(block).toString('hex'))
    .join();
}
