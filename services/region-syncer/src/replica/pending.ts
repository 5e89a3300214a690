// Records that wait for the disk, gathered into chunks that are as large as they may be, unless a run is the half of one already.
// Invariant: what is taken from here is in order, without a gap within a chunk, in buffers of just the bytes: a view
// that is handed to another thread takes the whole of its buffer along.

import { type Chunk, type ChunkBounds, splitChunk } from '../log/chunk.ts';
import { termOf } from '../log/index.ts';

export class Pending {
  readonly #bounds: ChunkBounds;
  #sealed: Chunk[] = [];
  #bytes = 0;
  #records = 0;
  /** What is gathered for the next chunk: #count records from #first on, in the first #length bytes. */
  readonly #open: Uint8Array;
  #first = 0;
  #count = 0;
  #length = 0;

  constructor(bounds: ChunkBounds) {
    this.#bounds = bounds;
    this.#open = new Uint8Array(bounds.bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get records(): number {
    return this.#records;
  }

  /** Whether there is a chunk that takes no more. */
  get hasWholeChunk(): boolean {
    return this.#sealed.length > 0;
  }

  /** Copies a run of `count` records from index `first` on: run[start, end). */
  add(first: number, count: number, run: Uint8Array, start: number, end: number): void {
    this.#bytes += end - start;
    this.#records += count;
    if (count > this.#bounds.records || (count > 1 && end - start > this.#bounds.bytes)) {
      const whole = { first, count, bytes: run.subarray(start, end) };
      for (const part of splitChunk(whole, this.#bounds))
        this.#add(part.first, part.count, part.bytes, 0, part.bytes.length);
    } else this.#add(first, count, run, start, end);
  }

  /** All that waits, oldest first; nothing does then. */
  take(): readonly Chunk[] {
    this.#seal();
    const taken = this.#sealed;
    this.clear();
    return taken;
  }

  clear(): void {
    this.#sealed = [];
    this.#bytes = this.#records = this.#count = this.#length = 0;
  }

  #add(first: number, count: number, run: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const { records, bytes } = this.#bounds;
    const continues = first === this.#first + this.#count && termOf(first) === termOf(this.#first);
    if (!continues || this.#count + count > records || this.#length + length > bytes) this.#seal();
    // The next one of its size would not fit in with it: a chunk of its own is copied once.
    if (length * 2 > bytes && this.#count === 0) {
      this.#sealed.push({ first, count, bytes: new Uint8Array(run.subarray(start, end)) });
      return;
    }
    if (this.#count === 0) this.#first = first;
    this.#open.set(start === 0 && end === run.length ? run : run.subarray(start, end), this.#length);
    this.#count += count;
    this.#length += length;
  }

  #seal(): void {
    if (this.#count === 0) return;
    this.#sealed.push({ first: this.#first, count: this.#count, bytes: this.#open.slice(0, this.#length) });
    this.#count = this.#length = 0;
  }
}
