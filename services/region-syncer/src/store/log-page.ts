// Chunks as they are read from disk, gathered for the thread that asked: in one shared buffer, because a message carries
// that without a copy.

import { type Chunk, type ChunkBounds, continues, endOf } from '../log/chunk.ts';

/** The same records in one buffer, neighbours merged as far as `bounds` allow. */
export function gather(rows: readonly Chunk[], bounds: ChunkBounds): Chunk[] {
  const buffer = new SharedArrayBuffer(rows.reduce((sum, row) => sum + row.bytes.length, 0));
  const page = new Uint8Array(buffer);
  const chunks: Chunk[] = [];
  let end = 0;
  for (const row of rows) {
    page.set(row.bytes, end);
    end += row.bytes.length;
    const last = chunks.at(-1);
    const size = (last?.bytes.length ?? 0) + row.bytes.length;
    if (
      last !== undefined &&
      continues(last, row) &&
      size <= bounds.bytes &&
      endOf(row) - last.first <= bounds.records
    ) {
      const bytes = new Uint8Array(buffer, end - size, size);
      chunks[chunks.length - 1] = { first: last.first, count: endOf(row) - last.first, bytes };
    } else {
      const bytes = new Uint8Array(buffer, end - row.bytes.length, row.bytes.length);
      chunks.push({ ...row, bytes });
    }
  }
  return chunks;
}
