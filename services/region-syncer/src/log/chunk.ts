// A chunk of the log: records that follow one another, with their regions as one run. What is committed, what is kept in
// memory, what is a row on disk and what a frame carries are chunks.
// Invariant: all records of a chunk are of one term, and `bytes` holds exactly `count` blocks.

import { termOf } from './index.ts';
import { skipBlocks } from './run.ts';

/** `count` (from 1) records from index `first` on; `bytes` is their run and stays as it is. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** The digest of the regions after the last record, see regions/digest.ts; few chunks have one, and none on disk. */
  readonly digest?: Uint8Array;
}

/** How large a chunk may be; a single block that is larger is a chunk of its own. */
export interface ChunkBounds {
  readonly records: number;
  readonly bytes: number;
}

/** The index after the last record of the chunk. */
export function endOf(chunk: Chunk): number {
  return chunk.first + chunk.count;
}

/** Whether `after` goes on where `before` ends, in the same term. */
export function continues(before: Chunk, after: Chunk): boolean {
  return endOf(before) === after.first && termOf(before.first) === termOf(after.first);
}

/** The records of the chunk from index `position` on, as a view. Throws RangeError when it holds no such record. */
export function chunkFrom(chunk: Chunk, position: number): Chunk {
  const skipped = position - chunk.first;
  if (!(skipped >= 0 && skipped < chunk.count))
    throw new RangeError(`index ${position} is not in ${chunk.first} to ${endOf(chunk) - 1}`);
  if (skipped === 0) return chunk;
  const offset = skipBlocks(chunk.bytes, 0, skipped);
  return { ...chunk, first: position, count: chunk.count - skipped, bytes: chunk.bytes.subarray(offset) };
}

/** As many records from the start of the chunk as fit within the bounds, at least one, as a view. */
export function chunkHead(chunk: Chunk, bounds: ChunkBounds): Chunk {
  if (fits(chunk, bounds)) return chunk;
  let count = 1;
  let end = skipBlocks(chunk.bytes, 0, 1);
  while (count < Math.min(chunk.count, bounds.records)) {
    const further = skipBlocks(chunk.bytes, end, 1);
    if (further > bounds.bytes) break;
    end = further;
    count += 1;
  }
  return { first: chunk.first, count, bytes: chunk.bytes.subarray(0, end) };
}

/** Cuts a chunk at block boundaries into chunks within the bounds, as views. */
export function splitChunk(chunk: Chunk, bounds: ChunkBounds): Chunk[] {
  const parts: Chunk[] = [];
  for (let rest = chunk; ; ) {
    const part = chunkHead(rest, bounds);
    parts.push(part);
    if (part.count === rest.count) return parts;
    rest = {
      ...rest,
      first: endOf(part),
      count: rest.count - part.count,
      bytes: rest.bytes.subarray(part.bytes.length),
    };
  }
}

/**
 * One chunk of chunks that follow one another, in memory of its own, with the digest of the last. Throws RangeError when
 * they do not.
 */
export function mergeChunks(chunks: readonly Chunk[]): Chunk {
  const [head, ...others] = chunks;
  if (head === undefined) throw new RangeError('there are no chunks to merge');
  let last = head;
  for (const chunk of others) {
    if (!continues(last, chunk))
      throw new RangeError(`a chunk from ${chunk.first} does not continue one that ends at ${endOf(last)}`);
    last = chunk;
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.bytes, at);
    at += chunk.bytes.length;
  }
  return { ...last, first: head.first, count: endOf(last) - head.first, bytes };
}

function fits(chunk: Chunk, bounds: ChunkBounds): boolean {
  return chunk.count === 1 || (chunk.count <= bounds.records && chunk.bytes.length <= bounds.bytes);
}
