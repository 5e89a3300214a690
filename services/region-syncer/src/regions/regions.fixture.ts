// Regions in the plainest form there is, and PD's rules on them word by word: what the real tree is compared with.
import { PeerRole } from '@syncline/proto/metapb.ts';
import { integer, type Rng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import { runOf } from '../wire/wire.fixture.ts';
import type { RegionLimits, RegionTree } from './region-tree.ts';
import { joined } from './uint64.ts';

/** A region as the model knows it; an empty end is beyond every key. */
export interface ModelRegion {
  readonly id: bigint;
  readonly start: Buffer;
  readonly end: Buffer;
  readonly confVer: bigint;
  readonly version: bigint;
  readonly leader: bigint;
  /** Written bytes: they make blocks of different length. */
  readonly load: bigint;
}

/** Pages that a handful of regions fills, so that all that happens to pages happens. */
export const smallLimits: RegionLimits = { pageBytes: 1024, sparePages: 1, tombstones: 1000 };

/** A block, and what was read from it. */
export function blockOf(region: ModelRegion): { bytes: Uint8Array; fields: RegionFields } {
  const bytes = runOf([
    {
      region: {
        id: region.id,
        startKey: region.start,
        endKey: region.end,
        regionEpoch: { confVer: region.confVer, version: region.version },
        peers: [{ id: region.leader, storeId: 1n, role: PeerRole.Voter, isWitness: false }],
        encryptionMeta: undefined,
        isInFlashback: false,
        flashbackStartTs: 0n,
      },
      stat: { bytesWritten: region.load, bytesRead: 0n, keysWritten: 0n, keysRead: 0n },
      leader: { id: region.leader, storeId: 1n, role: PeerRole.Voter, isWitness: false },
      buckets: undefined,
    },
  ]);
  const fields = new RegionFields();
  readBlock(bytes, 0, bytes.length, fields);
  return { bytes, fields };
}

/** Puts a region into a tree. */
export function put(tree: RegionTree, region: ModelRegion, index: number, term = 0): void {
  const { bytes, fields } = blockOf(region);
  tree.put(bytes, 0, bytes.length, fields, index, term);
}

/** The blocks of these regions, back to back. */
export function runOfModels(regions: readonly ModelRegion[]): Uint8Array {
  return Buffer.concat(regions.map((region) => blockOf(region).bytes));
}

/** The same items in random order. */
export function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = integer(rng, i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

/** What a generator gives when nobody pauses it. */
export function finished<T>(steps: Generator<void, T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The block of a slot. */
export function viewOfSlot(tree: RegionTree, slot: number): Uint8Array {
  return new Uint8Array(tree.bytes(slot).subarray(tree.start(slot), tree.end(slot)));
}

/** All blocks of a tree, in its order. */
export function blocksOf(tree: RegionTree): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  tree.scan(new Uint8Array(0), new Uint8Array(0), Number.POSITIVE_INFINITY, (slot) =>
    blocks.push(viewOfSlot(tree, slot)),
  );
  return blocks;
}

/** The ids of the regions that the last put removed. */
export function removedIds(tree: RegionTree): bigint[] {
  return Array.from({ length: tree.removed.length }, (_, i) =>
    joined(tree.removed.lo(i), tree.removed.hi(i)),
  );
}

function isBefore(key: Buffer, end: Buffer): boolean {
  return end.length === 0 || Buffer.compare(key, end) < 0;
}

function overlaps(a: ModelRegion, b: ModelRegion): boolean {
  return isBefore(a.start, b.end) && isBefore(b.start, a.end);
}

/** A sorted list of plain objects. */
export class RegionModel {
  regions: ModelRegion[] = [];
  readonly terms: Map<bigint, number> = new Map();

  /** PD's check, as region.go has it. */
  accepts(region: ModelRegion, term: number): boolean {
    const recreated =
      region.version === 1n && region.confVer === 1n && (region.start.length > 0 || region.end.length > 0);
    if (recreated) return true;
    for (const other of this.regions) {
      if (overlaps(region, other) && region.version < other.version) return false;
    }
    const origin = this.regions.find(({ id }) => id === region.id);
    if (origin === undefined) return true;
    if (term > 0 && term < (this.terms.get(region.id) ?? 0)) return false;
    return region.version >= origin.version && region.confVer >= origin.confVer;
  }

  /** Returns the ids of the other regions that it removed. */
  put(region: ModelRegion, term: number): bigint[] {
    const gone = this.regions.filter((other) => other.id !== region.id && overlaps(region, other));
    this.regions = this.regions.filter((other) => other.id !== region.id && !gone.includes(other));
    this.regions.push(region);
    this.regions.sort((a, b) => Buffer.compare(a.start, b.start));
    this.terms.set(region.id, term);
    return gone.map(({ id }) => id);
  }

  remove(id: bigint): boolean {
    const before = this.regions.length;
    this.regions = this.regions.filter((region) => region.id !== id);
    return this.regions.length < before;
  }

  /** The region that has a key. */
  search(key: Buffer): ModelRegion | undefined {
    return this.regions.find(({ start, end }) => Buffer.compare(start, key) <= 0 && isBefore(key, end));
  }
}

const letters = fc.constantFrom(0, 1, 97, 254, 255);
const anySuffix = fc.array(letters, { maxLength: 3 });
const anyPrefix = fc.constantFrom('', 't', 'table_r0000', `table_r0000${'x'.repeat(50)}`);

/** Keys that share beginnings, end in zeros and are beginnings of each other. */
export const anyKey: fc.Arbitrary<Buffer> = fc
  .tuple(anyPrefix, anySuffix)
  .map(([prefix, suffix]) => Buffer.concat([Buffer.from(prefix), Buffer.from(suffix)]));

const anyId = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt(1n, 12n) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 32n, 2n ** 32n + 1n, 2n ** 53n + 1n, 2n ** 64n - 1n) },
);
const anyVersion = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt(1n, 6n) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 32n, 2n ** 64n - 1n) },
);

/** Regions over few ids, keys and epochs, so that they get into each other's way. */
export const anyRegion: fc.Arbitrary<ModelRegion> = fc
  .record({
    id: anyId,
    keys: fc
      .tuple(anyKey, anyKey)
      .map(([a, b]) => (Buffer.compare(a, b) <= 0 ? [a, b] : [b, a]) as [Buffer, Buffer]),
    open: fc.integer({ min: 0, max: 9 }),
    confVer: anyVersion,
    version: anyVersion,
    leader: fc.constantFrom(1n, 2n, 2n ** 64n - 1n),
    load: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(0n, 1n, 300n, 2n ** 40n) },
      { weight: 1, arbitrary: fc.constant(2n ** 64n - 1n) },
    ),
  })
  .map(({ keys: [start, end], open, ...rest }) => ({
    ...rest,
    start: open === 0 ? Buffer.alloc(0) : start,
    end: open === 1 || start.equals(end) ? Buffer.alloc(0) : end,
  }));
