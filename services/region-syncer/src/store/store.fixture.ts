// Stores for tests, and what one can be seen to hold.

import { join } from 'node:path';
import { type Chunk, endOf } from '../log/chunk.ts';
import { termOf } from '../log/index.ts';
import { block, chunkOf } from '../log/run.fixture.ts';
import { skipBlocks } from '../log/run.ts';
import type { BootState } from './boot-state.ts';
import type { StorePoint } from './failpoints.ts';
import { RegionStore } from './region-store.ts';
import type { RegionStoreOptions } from './store-options.ts';

export const identity = { clusterId: 2n ** 63n + 5n, memberId: 2n ** 64n - 1n };

/** Small bounds, so that few records reach them. */
export function storeOptions(
  directory: string,
  change: Partial<RegionStoreOptions> = {},
): RegionStoreOptions {
  return {
    file: join(directory, 'regions.db'),
    synchronous: 'NORMAL',
    walPages: 200,
    diskBytes: 2 ** 30,
    segmentRecords: 20,
    chunk: { records: 8, bytes: 4096 },
    pieceBytes: 4096,
    busyTimeoutMs: 0,
    ...change,
  };
}

export function openStore(
  directory: string,
  change: Partial<RegionStoreOptions> = {},
  failpoint: (point: StorePoint) => void = () => {},
): RegionStore {
  return new RegionStore(storeOptions(directory, change), failpoint);
}

/** What a restart finds. */
export interface Contents {
  readonly boot: BootState;
  /** The records of the active generation, in its order. */
  readonly generation: readonly number[];
  /** The records of the log, from its first on. */
  readonly log: readonly number[];
  /** The newest record of each of the seven regions: the generation, and what the log adds from its index on. */
  readonly regions: readonly (number | undefined)[];
}

/** All there is, as a restart would read it. */
export function contents(store: RegionStore): Contents {
  const boot = store.boot();
  const generation: number[] = [];
  for (let cursor: number | undefined = boot.generation && 0; cursor !== undefined; ) {
    const page = store.readGeneration(cursor, 500);
    generation.push(...recordsOf(page.bytes, page.regions));
    cursor = page.cursor;
  }
  const log = readAll(store, boot.first, boot.next);
  const after = readAll(store, boot.generation?.index ?? boot.first, boot.next);
  return { boot, generation, log, regions: fold([...generation, ...after]) };
}

/** The region that a record is about is its sequence number modulo seven. */
export function fold(records: readonly number[]): (number | undefined)[] {
  const regions: (number | undefined)[] = Array.from({ length: 7 }, () => undefined);
  for (const record of records) regions[record % 7] = record;
  return regions;
}

function readAll(store: RegionStore, from: number, next: number): number[] {
  const records: number[] = [];
  for (let position = from; ; ) {
    const read = store.readLog(position, 50, 3000);
    if (read === 'gone') throw new Error(`the log has nothing after ${position}, its end is ${next}`);
    for (const chunk of read) records.push(...checked(chunk));
    const last = read.at(-1);
    if (last === undefined) return records;
    position = endOf(last);
  }
}

/** The records of a chunk, which have to be those that its index says. */
function checked(chunk: Chunk): number[] {
  const records = recordsOf(chunk.bytes, chunk.count);
  for (const [at, record] of records.entries()) {
    if (record !== chunk.first + at)
      throw new Error(`record ${record} is where ${chunk.first + at} should be`);
  }
  return records;
}

function recordsOf(run: Uint8Array, count: number): number[] {
  const records: number[] = [];
  let at = 0;
  for (let record = 0; record < count; record += 1) {
    let content = at + 1;
    while ((run[content++] ?? 0) >= 0x80);
    records.push(Buffer.from(run.buffer, run.byteOffset + content, 8).readDoubleLE());
    at = skipBlocks(run, at, 1);
  }
  if (at !== run.length) throw new Error(`a run of ${count} regions has ${run.length - at} bytes more`);
  return records;
}

/** Appends `count` records in chunks of `each` where the log ends. Gives its new end. */
export function appendTo(store: RegionStore, count: number, each = 5): number {
  let { next } = store.boot();
  for (let left = count; left > 0; left -= each) next = store.append([chunkOf(next, Math.min(each, left))]);
  return next;
}

/** Flips to a snapshot of our own with these records as regions, a piece each. */
export function flipTo(store: RegionStore, index: number, records: readonly number[]): void {
  store.beginGeneration();
  for (const record of records) store.putGeneration([{ regions: 1, bytes: block(record) }]);
  const lineage = [{ term: termOf(index), end: index }];
  store.flip({
    kind: 'snapshot',
    index,
    regions: records.length,
    source: { kind: 'ours', member: 7n },
    lineage,
    term: store.boot().maxTerm,
  });
}
