// The regions by slot and by id: blocks in the arena, what is indexed of them in the slots, and the digest of all.
// It knows nothing of their order. Invariant: the digest is that of exactly the slots that are used.
import { type RegionFields, readBlock } from '../wire/region-fields.ts';
import { Arena, type ArenaLimits } from './arena.ts';
import { Compaction } from './compaction.ts';
import { Digest } from './digest.ts';
import { IdTable } from './id-table.ts';
import { viewOf } from './key.ts';
import { RegionHash } from './region-hash.ts';
import { RegionKeys } from './region-keys.ts';
import { chunkSlots, row, Slots } from './slots.ts';

/** So many pages of dead bytes are never worth a compaction. */
const slackPages = 4;

const hash = new RegionHash();

export class RegionTable {
  readonly arena: Arena;
  readonly slots: Slots = new Slots();
  readonly keys: RegionKeys;
  readonly digest: Digest = new Digest();
  readonly #ids: IdTable = new IdTable(this.slots);
  readonly #compaction: Compaction;

  constructor(limits: ArenaLimits) {
    this.arena = new Arena(limits);
    this.keys = new RegionKeys(this.arena, this.slots);
    this.#compaction = new Compaction(this.arena, this.slots, slackPages * limits.pageBytes);
  }

  /** How many regions there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** The slot of the region of this id, in two unsigned halves, or `absent`. */
  find(idLo: number, idHi: number): number {
    return this.#ids.find(idLo, idHi);
  }

  /** The page that the block of `slot` lies in. */
  bytes(slot: number): Uint8Array {
    return this.arena.bytes(this.slots.chunk(slot).page[row(slot)] as number);
  }

  /** Where the block of `slot` begins in bytes(slot). */
  start(slot: number): number {
    return this.slots.chunk(slot).offset[row(slot)] as number;
  }

  /** Where the block of `slot` ends in bytes(slot). */
  end(slot: number): number {
    const chunk = this.slots.chunk(slot);
    return (chunk.offset[row(slot)] as number) + (chunk.length[row(slot)] as number);
  }

  /** Reads the whole block of `slot`: positions in bytes(slot). */
  read(slot: number, into: RegionFields): void {
    readBlock(this.bytes(slot), this.start(slot), this.end(slot), into);
  }

  /** Adds the region bytes[start, end), whose id is not there; `fields` was read from it. Returns its slot. */
  add(bytes: Uint8Array, start: number, end: number, fields: RegionFields): number {
    this.arena.append(bytes, start, end);
    const slot = this.#take(fields);
    this.#place(slot, this.arena.lastPage, this.arena.lastOffset, end - start);
    this.#index(slot, viewOf(bytes), start, fields);
    this.#compaction.pay(end - start);
    return slot;
  }

  /** Gives `slot` the block bytes[start, end) of the same id: where the old one is, if it fits and nothing pins it. */
  replace(slot: number, bytes: Uint8Array, start: number, end: number, fields: RegionFields): void {
    const chunk = this.slots.chunk(slot);
    const page = chunk.page[row(slot)] as number;
    const offset = chunk.offset[row(slot)] as number;
    const length = chunk.length[row(slot)] as number;
    if (end - start > length || !this.arena.isOverwritable(page, offset)) {
      this.arena.append(bytes, start, end);
      this.#discount(slot);
      this.#place(slot, this.arena.lastPage, this.arena.lastOffset, end - start);
      this.#index(slot, viewOf(bytes), start, fields);
      this.arena.release(page, length);
      this.#compaction.pay(end - start);
      return;
    }
    this.#discount(slot);
    this.arena.bytes(page).set(bytes.subarray(start, end), offset);
    this.#place(slot, page, offset, end - start);
    this.#index(slot, viewOf(bytes), start, fields);
    this.arena.release(page, length - (end - start));
  }

  /** add(), when the block is [start, end) of an arena's page already; `fields` was read from there. */
  addPlaced(page: number, start: number, end: number, fields: RegionFields): number {
    const slot = this.#take(fields);
    this.#place(slot, page, start, end - start);
    this.#index(slot, this.arena.view(page), start, fields);
    return slot;
  }

  /** Notes which record put the region of `slot`, and its raft term, 0 when it is not known. */
  stamp(slot: number, index: number, termLo: number, termHi: number): void {
    const chunk = this.slots.chunk(slot);
    chunk.index[row(slot)] = index;
    if (chunk.term === undefined && termLo === 0 && termHi === 0) return;
    chunk.term ??= new Uint32Array(2 * chunkSlots);
    chunk.term[2 * row(slot)] = termLo;
    chunk.term[2 * row(slot) + 1] = termHi;
  }

  /** Takes the region of `slot` out. */
  remove(slot: number): void {
    const chunk = this.slots.chunk(slot);
    this.#discount(slot);
    this.#ids.remove(slot);
    this.arena.release(chunk.page[row(slot)] as number, chunk.length[row(slot)] as number);
    this.slots.free(slot);
  }

  #take(fields: RegionFields): number {
    const slot = this.slots.take();
    const chunk = this.slots.chunk(slot);
    chunk.idLo[row(slot)] = fields.idLo;
    chunk.idHi[row(slot)] = fields.idHi;
    this.#ids.add(slot);
    return slot;
  }

  #place(slot: number, page: number, offset: number, length: number): void {
    const chunk = this.slots.chunk(slot);
    chunk.page[row(slot)] = page;
    chunk.offset[row(slot)] = offset;
    chunk.length[row(slot)] = length;
  }

  /** Takes over what `fields` says of a block that begins at `base` of `view`. */
  #index(slot: number, view: DataView, base: number, fields: RegionFields): void {
    const chunk = this.slots.chunk(slot);
    const at = row(slot);
    chunk.startKeyLength[at] = fields.startKeyLength;
    chunk.startKey[at] = fields.startKeyLength === 0 ? 0 : fields.startKey - base;
    chunk.endKeyLength[at] = fields.endKeyLength;
    chunk.endKey[at] = fields.endKeyLength === 0 ? 0 : fields.endKey - base;
    hash.of(view, fields);
    chunk.hashLo[at] = hash.lo;
    chunk.hashHi[at] = hash.hi;
    chunk.bucket[at] = hash.bucket;
    this.digest.toggle(hash.bucket, hash.lo, hash.hi);
  }

  /** Takes the region of `slot` out of the digest. */
  #discount(slot: number): void {
    const chunk = this.slots.chunk(slot);
    const at = row(slot);
    this.digest.toggle(chunk.bucket[at] as number, chunk.hashLo[at] as number, chunk.hashHi[at] as number);
  }
}
