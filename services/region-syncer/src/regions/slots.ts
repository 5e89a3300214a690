// A slot for each region: numbers in typed arrays, in chunks, so that a million regions neither are a million objects
// nor are copied when there is one more. Invariant: a slot is used from take() to free(); then it is taken again.
import { noPage } from './arena.ts';

const chunkBits = 14;
/** Slots of a chunk. */
export const chunkSlots = 1 << chunkBits;

/** What stands for no slot. */
export const absent = -1;

/** The columns of 16,384 slots; 51 bytes each. */
export class SlotChunk {
  readonly idLo: Uint32Array = new Uint32Array(chunkSlots);
  readonly idHi: Uint32Array = new Uint32Array(chunkSlots);
  /** Where the block lies. A slot that is free has noPage. */
  readonly page: Uint16Array = new Uint16Array(chunkSlots).fill(noPage);
  readonly offset: Uint32Array = new Uint32Array(chunkSlots);
  readonly length: Uint32Array = new Uint32Array(chunkSlots);
  /** Where the keys lie in the block. */
  readonly startKey: Uint32Array = new Uint32Array(chunkSlots);
  readonly startKeyLength: Uint32Array = new Uint32Array(chunkSlots);
  readonly endKey: Uint32Array = new Uint32Array(chunkSlots);
  readonly endKeyLength: Uint32Array = new Uint32Array(chunkSlots);
  /** What the region counts for in the digest, and in which of its buckets. */
  readonly hashLo: Int32Array = new Int32Array(chunkSlots);
  readonly hashHi: Int32Array = new Int32Array(chunkSlots);
  readonly bucket: Uint8Array = new Uint8Array(chunkSlots);
  /** The index of the record that put the region. Negative when it came with a snapshot, and in a free slot. */
  readonly index: Float64Array = new Float64Array(chunkSlots).fill(-1);
  /** The raft term, lower and upper half side by side: a leader hears of it, a follower does not. */
  term: Uint32Array | undefined;
}

export class Slots {
  readonly chunks: SlotChunk[] = [];
  #bound = 0;
  /** The slot that was freed last, or absent; the one freed before it stands in its offset. */
  #free = absent;

  /** One more than the largest slot that was ever taken. */
  get bound(): number {
    return this.#bound;
  }

  /** The columns of `slot`; its element is row(slot). */
  chunk(slot: number): SlotChunk {
    return this.chunks[slot >>> chunkBits] as SlotChunk;
  }

  /** A slot that nobody uses. Its columns hold what they last held. */
  take(): number {
    const freed = this.#free;
    if (freed !== absent) {
      this.#free = (this.chunk(freed).offset[row(freed)] as number) - 1;
      return freed;
    }
    if (this.#bound === this.chunks.length * chunkSlots) this.chunks.push(new SlotChunk());
    return this.#bound++;
  }

  /** Gives back a slot that is used. */
  free(slot: number): void {
    const chunk = this.chunk(slot);
    chunk.page[row(slot)] = noPage;
    chunk.index[row(slot)] = -1;
    chunk.offset[row(slot)] = this.#free + 1;
    this.#free = slot;
  }
}

/** The element of `slot` in the columns of its chunk. */
export function row(slot: number): number {
  return slot & (chunkSlots - 1);
}
