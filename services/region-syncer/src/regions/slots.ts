// A slot for each region: 64 bytes of numbers, side by side since a lookup wants most of them and a cache line is as
// long. They lie in chunks, so that a million regions neither are objects nor are copied when there is one more.
// Invariant: a slot is used from take() to free(); then it is taken again.
import { noPage } from './arena.ts';

const chunkBits = 14;
const chunkSlots = 1 << chunkBits;
const slotWords = 16;

/** What stands for no slot. */
export const absent = -1;

/** The words of a slot. `next` is that of a free one; the last two words are one number of 64 bits. */
const word = {
  idLo: 0,
  idHi: 1,
  page: 2,
  offset: 3,
  length: 4,
  startKey: 5,
  startKeyLength: 6,
  endKey: 7,
  endKeyLength: 8,
  hashLo: 9,
  hashHi: 10,
  bucket: 11,
  termLo: 12,
  termHi: 13,
  next: 0,
} as const;
const indexDouble = 7;

class Chunk {
  readonly words: Uint32Array = new Uint32Array(chunkSlots * slotWords);
  readonly doubles: Float64Array = new Float64Array(this.words.buffer);
}

/** Where blocks lie: an element for each slot. */
export interface Places {
  readonly page: Uint16Array;
  readonly offset: Uint32Array;
  readonly length: Uint32Array;
}

export class Slots {
  readonly #chunks: Chunk[] = [];
  #bound = 0;
  /** The slot that was freed last, or absent; it knows the one that was freed before it. */
  #free = absent;

  /** One more than the largest slot that was ever taken. */
  get bound(): number {
    return this.#bound;
  }

  /** A slot that nobody uses, for the region of an id. */
  take(idLo: number, idHi: number): number {
    const slot = this.#free === absent ? this.#fresh() : this.#free;
    if (slot === this.#free) this.#free = this.#get(slot, word.next) - 1;
    this.#set(slot, word.idLo, idLo);
    this.#set(slot, word.idHi, idHi);
    return slot;
  }

  /** Gives back a slot that is used. */
  free(slot: number): void {
    this.#set(slot, word.page, noPage);
    this.#set(slot, word.next, this.#free + 1);
    this.#free = slot;
  }

  /** Whether `slot`, below bound, is used. */
  isUsed(slot: number): boolean {
    return this.#get(slot, word.page) !== noPage;
  }

  /** The lower half of the id. */
  idLo(slot: number): number {
    return this.#get(slot, word.idLo);
  }

  /** The upper half of the id. */
  idHi(slot: number): number {
    return this.#get(slot, word.idHi);
  }

  /** Says where the block lies. */
  setPlace(slot: number, page: number, offset: number, length: number): void {
    const { words } = this.#chunk(slot);
    const at = base(slot);
    words[at + word.page] = page;
    words[at + word.offset] = offset;
    words[at + word.length] = length;
  }

  /** The page of the block; noPage in a slot that is not used. */
  page(slot: number): number {
    return this.#get(slot, word.page);
  }

  /** Where the block begins in its page. */
  offset(slot: number): number {
    return this.#get(slot, word.offset);
  }

  /** Bytes of the block. */
  length(slot: number): number {
    return this.#get(slot, word.length);
  }

  /** Says where the keys lie in the block. */
  setKeys(
    slot: number,
    startKey: number,
    startKeyLength: number,
    endKey: number,
    endKeyLength: number,
  ): void {
    const { words } = this.#chunk(slot);
    const at = base(slot);
    words[at + word.startKey] = startKey;
    words[at + word.startKeyLength] = startKeyLength;
    words[at + word.endKey] = endKey;
    words[at + word.endKeyLength] = endKeyLength;
  }

  /** Where the start key begins, in the page of the block. */
  startKey(slot: number): number {
    return this.#get(slot, word.offset) + this.#get(slot, word.startKey);
  }

  /** Bytes of the start key. */
  startKeyLength(slot: number): number {
    return this.#get(slot, word.startKeyLength);
  }

  /** Where the end key begins, in the page of the block. */
  endKey(slot: number): number {
    return this.#get(slot, word.offset) + this.#get(slot, word.endKey);
  }

  /** Bytes of the end key; 0: it is beyond every key. */
  endKeyLength(slot: number): number {
    return this.#get(slot, word.endKeyLength);
  }

  /** Says what the region counts for in the digest, and in which of its buckets. */
  setHash(slot: number, bucket: number, lo: number, hi: number): void {
    const { words } = this.#chunk(slot);
    const at = base(slot);
    words[at + word.bucket] = bucket;
    words[at + word.hashLo] = lo;
    words[at + word.hashHi] = hi;
  }

  /** The bucket of the digest. */
  bucket(slot: number): number {
    return this.#get(slot, word.bucket);
  }

  /** The lower half of what the region counts for in it, signed. */
  hashLo(slot: number): number {
    return this.#get(slot, word.hashLo) | 0;
  }

  /** The upper half of it. */
  hashHi(slot: number): number {
    return this.#get(slot, word.hashHi) | 0;
  }

  /** Says which record put the region, and its raft term; 0 when that is not known. */
  setRecord(slot: number, index: number, termLo: number, termHi: number): void {
    const { words, doubles } = this.#chunk(slot);
    const at = base(slot);
    doubles[at / 2 + indexDouble] = index;
    words[at + word.termLo] = termLo;
    words[at + word.termHi] = termHi;
  }

  /** The index of the record that put the region; negative when it came with a snapshot. */
  index(slot: number): number {
    return this.#chunk(slot).doubles[base(slot) / 2 + indexDouble] as number;
  }

  /** The lower half of the raft term. */
  termLo(slot: number): number {
    return this.#get(slot, word.termLo);
  }

  /** The upper half of the raft term; both are 0 when it is not known. */
  termHi(slot: number): number {
    return this.#get(slot, word.termHi);
  }

  /** Where all blocks lie now. */
  places(): Places {
    const places = newPlaces(this.#bound);
    const { page, offset, length } = places;
    for (let slot = 0; slot < this.#bound; ) {
      const { words } = this.#chunk(slot);
      const end = Math.min(this.#bound, slot + chunkSlots);
      for (let at = 0; slot < end; slot++, at += slotWords) {
        page[slot] = words[at + word.page] as number;
        offset[slot] = words[at + word.offset] as number;
        length[slot] = words[at + word.length] as number;
      }
    }
    return places;
  }

  #fresh(): number {
    if (this.#bound === this.#chunks.length * chunkSlots) this.#chunks.push(new Chunk());
    return this.#bound++;
  }

  #chunk(slot: number): Chunk {
    return this.#chunks[slot >>> chunkBits] as Chunk;
  }

  #get(slot: number, which: number): number {
    return this.#chunk(slot).words[base(slot) + which] as number;
  }

  #set(slot: number, which: number, value: number): void {
    this.#chunk(slot).words[base(slot) + which] = value;
  }
}

/** Places of `count` blocks, which are nowhere yet. */
export function newPlaces(count: number): Places {
  return { page: new Uint16Array(count), offset: new Uint32Array(count), length: new Uint32Array(count) };
}

/** The first word of `slot` in its chunk. */
function base(slot: number): number {
  return (slot & (chunkSlots - 1)) * slotWords;
}
