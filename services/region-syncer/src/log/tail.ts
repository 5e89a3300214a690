// The newest committed chunks of the log, in memory, for any number of readers with a position each.
// Invariant: readers at one position get the same object, so that a frame made for one serves all; what is held stays
// within its bounds, and what has left is on disk.

import {
  type Chunk,
  type ChunkBounds,
  chunkFrom,
  chunkHead,
  continues,
  endOf,
  mergeChunks,
} from './chunk.ts';
import { firstOfTerm, seqOf, termOf } from './index.ts';

export interface TailBounds {
  /** What is held at most; the newest chunk always is. */
  readonly held: ChunkBounds;
  /** Up to which size small chunks are merged for readers that are behind. */
  readonly chunk: ChunkBounds;
}

/** What follows a position: a chunk, or why there is none here. */
export type TailRead =
  | Chunk
  /** It has left the memory: the log on disk has it, or knows that it is gone. */
  | 'older'
  /** Nothing follows yet. */
  | 'caught up'
  /** It never was a position of this history. */
  | 'gone';

interface Entry {
  readonly chunk: Chunk;
  /** The end of the records before it: a position of its own when the chunk begins a term. */
  readonly previous: number;
  /** What was last read from within the chunk, so that the next reader there gets the same. */
  part: Chunk | undefined;
}

export class Tail {
  readonly #bounds: TailBounds;
  /** Oldest first; those before #head have left. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #records = 0;
  #bytes = 0;
  #next: number;
  /** The end of the last record, which is before #next while a term has none. */
  #end: number;

  /** A tail whose first chunk will have index `next`, after records up to `end`: before `next` when terms had none. */
  constructor(bounds: TailBounds, next: number, end = next) {
    this.#bounds = bounds;
    this.#next = next;
    this.#end = end;
  }

  /** The index of the next record. */
  get next(): number {
    return this.#next;
  }

  /** The oldest position that can be read here. */
  get first(): number {
    return this.#entries[this.#head]?.previous ?? this.#end;
  }

  /** What is held. */
  get held(): ChunkBounds {
    return { records: this.#records, bytes: this.#bytes };
  }

  /** The next record is the first of `term`. Throws RangeError when the term is not newer. */
  startTerm(term: number): void {
    const next = firstOfTerm(term);
    if (next < this.#next) throw new RangeError(`term ${term} is not after index ${this.#next}`);
    this.#next = next;
  }

  /** Takes a committed chunk: the next one, or the first of a newer term. Throws RangeError for any other. */
  append(chunk: Chunk): void {
    const begins = chunk.first > this.#next && chunk.first === firstOfTerm(termOf(chunk.first));
    if (chunk.first !== this.#next && !begins)
      throw new RangeError(`a chunk from ${chunk.first} does not continue a log at ${this.#next}`);
    this.#entries.push({ chunk, previous: this.#end, part: undefined });
    this.#records += chunk.count;
    this.#bytes += chunk.bytes.length;
    this.#next = endOf(chunk);
    this.#end = this.#next;
    this.#evict();
  }

  /**
   * What follows `position`, at most so many records and bytes of it (one record at least), all of one term. At the
   * end of a term that is the start of the next one.
   */
  read(position: number, limit: ChunkBounds): TailRead {
    if (isAfter(position, this.#end, this.#next)) return 'caught up';
    if (position > this.#end) return 'gone';
    if (position < this.first) return 'older';
    const at = this.#find(position);
    const entry = this.#entries[at];
    if (entry === undefined) return 'gone';
    const { previous, chunk } = entry;
    if (position < chunk.first && !isAfter(position, previous, chunk.first)) return 'gone';
    return part(this.#grow(at, entry), Math.max(position, entry.chunk.first), limit);
  }

  /** The first entry that ends after `position`. */
  #find(position: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && endOf(entry.chunk) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Merges what follows the entry into it, as far as the bounds of a chunk allow. A digest stays at the end of one. */
  #grow(at: number, entry: Entry): Entry {
    const { records, bytes } = this.#bounds.chunk;
    const chunks = [entry.chunk];
    let last = entry.chunk;
    let size = last.bytes.length;
    for (let next = at + 1; next < this.#entries.length; next += 1) {
      const chunk = this.#entries[next]?.chunk;
      if (chunk === undefined || last.digest !== undefined || !continues(last, chunk)) break;
      size += chunk.bytes.length;
      if (endOf(chunk) - entry.chunk.first > records || size > bytes) break;
      chunks.push(chunk);
      last = chunk;
    }
    if (chunks.length === 1) return entry;
    const grown = { chunk: mergeChunks(chunks), previous: entry.previous, part: undefined };
    this.#entries.splice(at, chunks.length, grown);
    return grown;
  }

  #evict(): void {
    const { records, bytes } = this.#bounds.held;
    while ((this.#records > records || this.#bytes > bytes) && this.#head < this.#entries.length - 1) {
      const oldest = this.#entries[this.#head];
      if (oldest === undefined) break;
      this.#records -= oldest.chunk.count;
      this.#bytes -= oldest.chunk.bytes.length;
      this.#entries[this.#head++] = undefined;
    }
    if (this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Whether who has everything before `position` has all up to `end`, and nothing follows before `next`. */
function isAfter(position: number, end: number, next: number): boolean {
  const begins = position > end && position < next && seqOf(position) === 0;
  return position === end || position === next || begins;
}

/** The entry's records from `position` on, within the limit: always the same object for the same records. */
function part(entry: Entry, position: number, limit: ChunkBounds): Chunk {
  const asked = chunkHead(chunkFrom(entry.chunk, position), limit);
  if (asked === entry.chunk) return asked;
  const known = entry.part;
  if (known !== undefined && known.first === asked.first && known.count === asked.count) return known;
  entry.part = asked;
  return asked;
}
