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
import { Slots } from './slots.ts';

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
    return this.arena.bytes(this.slots.page(slot));
  }

  /** Where the block of `slot` begins in bytes(slot). */
  start(slot: number): number {
    return this.slots.offset(slot);
  }

  /** Where the block of `slot` ends in bytes(slot). */
  end(slot: number): number {
    return this.slots.offset(slot) + this.slots.length(slot);
  }

  /** Reads the whole block of `slot`: positions in bytes(slot). */
  read(slot: number, into: RegionFields): void {
    readBlock(this.bytes(slot), this.start(slot), this.end(slot), into);
  }

  /** Adds the region bytes[start, end), whose id is not there; `fields` was read from it. Returns its slot. */
  add(bytes: Uint8Array, start: number, end: number, fields: RegionFields): number {
    this.#compaction.pay(end - start);
    this.arena.append(bytes, start, end);
    const slot = this.#take(fields);
    this.slots.setPlace(slot, this.arena.lastPage, this.arena.lastOffset, end - start);
    this.#index(slot, viewOf(bytes), start, fields);
    return slot;
  }

  /** Gives `slot` the block bytes[start, end) of the same id: where the old one is, if it fits and nothing pins it. */
  replace(slot: number, bytes: Uint8Array, start: number, end: number, fields: RegionFields): void {
    const { arena, slots } = this;
    const length = end - start;
    const fits = length <= slots.length(slot) && arena.isOverwritable(slots.page(slot), slots.offset(slot));
    if (!fits) this.#compaction.pay(length);
    const page = slots.page(slot);
    const offset = slots.offset(slot);
    const oldLength = slots.length(slot);
    if (fits) {
      arena.overwrite(page, offset, bytes, start, end);
      slots.setPlace(slot, page, offset, length);
    } else {
      arena.append(bytes, start, end);
      slots.setPlace(slot, arena.lastPage, arena.lastOffset, length);
    }
    arena.release(page, fits ? oldLength - length : oldLength);
    this.#discount(slot);
    this.#index(slot, viewOf(bytes), start, fields);
  }

  /** add(), when the block is [start, end) of an arena's page already; `fields` was read from there. */
  addPlaced(page: number, start: number, end: number, fields: RegionFields): number {
    const slot = this.#take(fields);
    this.slots.setPlace(slot, page, start, end - start);
    this.#index(slot, this.arena.view(page), start, fields);
    return slot;
  }

  /** Takes the region of `slot` out. */
  remove(slot: number): void {
    this.#discount(slot);
    this.#ids.remove(slot);
    this.arena.release(this.slots.page(slot), this.slots.length(slot));
    this.slots.free(slot);
  }

  #take(fields: RegionFields): number {
    const slot = this.slots.take(fields.idLo, fields.idHi);
    this.#ids.add(slot);
    return slot;
  }

  /** Takes over what `fields` says of a block that begins at `base` of `view`. */
  #index(slot: number, view: DataView, base: number, fields: RegionFields): void {
    const { startKeyLength, endKeyLength } = fields;
    const startKey = startKeyLength === 0 ? 0 : fields.startKey - base;
    const endKey = endKeyLength === 0 ? 0 : fields.endKey - base;
    this.slots.setKeys(slot, startKey, startKeyLength, endKey, endKeyLength);
    hash.of(view, fields);
    this.slots.setHash(slot, hash.bucket, hash.lo, hash.hi);
    this.digest.toggle(hash.bucket, hash.lo, hash.hi);
  }

  /** Takes the region of `slot` out of the digest. */
  #discount(slot: number): void {
    this.digest.toggle(this.slots.bucket(slot), this.slots.hashLo(slot), this.slots.hashHi(slot));
  }
}
