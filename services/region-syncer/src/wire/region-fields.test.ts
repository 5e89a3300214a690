import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegionFields, readBlock, readBuckets, readRegion } from './region-fields.ts';
import { anyCarried, anyRegion, plainRegion, runOf, uint64 } from './wire.fixture.ts';

/** Zeros around the block: nothing may depend on where it lies. */
function padded(block: Uint8Array, before: number): Uint8Array {
  return Buffer.concat([new Uint8Array(before), block, new Uint8Array(7)]);
}

test('a block says what generated code wrote', () => {
  fc.assert(
    fc.property(anyCarried(anyRegion), fc.nat(5), (carried, before) => {
      const block = runOf([carried]);
      const bytes = padded(block, before);
      const fields = new RegionFields();
      expect(readBlock(bytes, before, bytes.length, fields)).toBe(before + block.length);
      const { region, leader, buckets } = carried;
      expect(uint64(fields.idLo, fields.idHi)).toBe(region.id);
      expect([...bytes.subarray(fields.startKey, fields.startKey + fields.startKeyLength)]).toEqual([
        ...region.startKey,
      ]);
      expect([...bytes.subarray(fields.endKey, fields.endKey + fields.endKeyLength)]).toEqual([
        ...region.endKey,
      ]);
      expect(fields.hasEpoch).toBe(region.regionEpoch !== undefined);
      expect(uint64(fields.confVerLo, fields.confVerHi)).toBe(region.regionEpoch?.confVer ?? 0n);
      expect(uint64(fields.versionLo, fields.versionHi)).toBe(region.regionEpoch?.version ?? 0n);
      expect(fields.peers).toBe(region.peers.length);
      expect(uint64(fields.leaderIdLo, fields.leaderIdHi)).toBe(leader?.id ?? 0n);
      expect(uint64(fields.bucketVersionLo, fields.bucketVersionHi)).toBe(buckets?.version ?? 0n);
    }),
  );
});

test('a block that is cut short anywhere is a WireError', () => {
  fc.assert(
    fc.property(anyCarried(anyRegion), (carried) => {
      const block = runOf([carried]);
      for (let end = 0; end < block.length; end++) {
        expect(() => readBlock(block, 0, end, new RegionFields())).toThrow(WireError);
      }
    }),
    { numRuns: 20 },
  );
});

test('elements in another order, or one too few, are no block', () => {
  const block = runOf([
    { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined },
  ]);
  const read = (bytes: Uint8Array): number => readBlock(bytes, 0, bytes.length, new RegionFields());
  expect(() => read(block.subarray(0, block.length - 2))).toThrow('buckets: a block lacks this element here');
  const swapped = Uint8Array.from(block);
  swapped[block.length - 2] = 0x2a;
  expect(() => read(swapped)).toThrow(WireError);
});

test('fields that a newer version adds to a region are passed over', () => {
  const out = new ByteWriter(64);
  out.uint64(1, 9, 0);
  out.uint64(900, 1, 1);
  out.content(901, Buffer.from('more'), 0, 4);
  const fields = new RegionFields();
  readRegion(out.bytes, 0, out.length, fields);
  expect(fields.idLo).toBe(9);
});

test('what the last block had does not show in the next', () => {
  const full = runOf([
    {
      region: plainRegion(7n, 'a', 'b'),
      stat: undefined,
      leader: { id: 8n, storeId: 1n, role: 0, isWitness: false },
      buckets: { regionId: 7n, version: 3n, keys: [], stats: undefined, periodInMs: 0n },
    },
  ]);
  const bare = Uint8Array.of(0x12, 0, 0x22, 0, 0x2a, 0, 0x32, 0);
  const used = new RegionFields();
  readBlock(full, 0, full.length, used);
  readBlock(bare, 0, bare.length, used);
  const fresh = new RegionFields();
  readBlock(bare, 0, bare.length, fresh);
  expect(used).toEqual(fresh);
  expect(used.idLo + used.leaderIdLo + used.bucketVersionLo + used.peers).toBe(0);
});

test('statistics of buckets, which are kept unread, have to be what a client can read', () => {
  const fields = new RegionFields();
  const stats = (...content: number[]) => Buffer.of(0x22, content.length, ...content);
  const read = (bytes: Uint8Array) => readBuckets(bytes, 0, bytes.length, fields);
  read(stats(0x0a, 2, 1, 2, 0x18, 7));
  read(stats(0x3d, 1, 2, 3, 4));
  for (const malformed of [stats(0x0a, 2, 1, 0x80), stats(0x0a, 9, 1), stats(0x19, 1), stats(0x07)])
    expect(() => read(malformed)).toThrow(expect.objectContaining({ field: 'buckets.stats' }));
});
