import { ResponseHeader } from '@syncline/proto/pdpb.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendWithBuckets, carriedBuckets } from './buckets.ts';
import { ByteWriter } from './byte-writer.ts';
import { RegionFields, readBlock } from './region-fields.ts';
import { toGetRegionResponse, toRegion } from './region-reply.ts';
import { readStat, StatFields } from './stat-fields.ts';
import { anyBuckets, anyCarried, anyRegion, plainRegion, runOf } from './wire.fixture.ts';

const plain = { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined };

/** Keys and vectors are Buffers here and Uint8Arrays there. */
function comparable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (ArrayBuffer.isView(part))
      return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('hex');
    return part;
  });
}

test('a reply says what the block holds, also out of shared memory', () => {
  fc.assert(
    fc.property(anyCarried(anyRegion), fc.boolean(), (carried, needed) => {
      const block = runOf([carried]);
      const shared = new Uint8Array(new SharedArrayBuffer(block.length));
      shared.set(block);
      const reply = toRegion(shared, 0, shared.length, { buckets: needed });
      shared.fill(0xff);
      const { region, leader, buckets } = carried;
      const known = leader && leader.id !== 0n ? leader : undefined;
      // Buckets without a single field are the same bytes as none.
      const asked = needed && buckets && carriedBuckets(buckets).length > 0 ? buckets : undefined;
      const meta = {
        ...region,
        startKey: Uint8Array.from(region.startKey),
        endKey: Uint8Array.from(region.endKey),
      };
      expect(comparable(reply.region)).toBe(comparable({ ...reply.region, ...meta }));
      expect(comparable(reply.leader)).toBe(comparable(known));
      expect(comparable(reply.buckets)).toBe(comparable(asked));
    }),
  );
});

test('the answer about a region that is not there has a header only', () => {
  const header = ResponseHeader.create({ clusterId: 3n });
  expect(toGetRegionResponse(header, undefined)).toEqual({
    header,
    region: undefined,
    leader: undefined,
    downPeers: [],
    pendingPeers: [],
    buckets: undefined,
  });
  const region = toRegion(runOf([plain]), 0, runOf([plain]).length, { buckets: false });
  expect(toGetRegionResponse(header, region).region?.id).toBe(7n);
});

test('reported buckets are carried without their stats, in place of what the block had', () => {
  fc.assert(
    fc.property(anyCarried(anyRegion), anyBuckets, (carried, buckets) => {
      const counts = {
        readBytes: [1n],
        writeBytes: [],
        readQps: [],
        writeQps: [],
        readKeys: [],
        writeKeys: [],
      };
      const block = runOf([carried]);
      const out = new ByteWriter(0);
      appendWithBuckets(block, 0, block.length, carriedBuckets({ ...buckets, stats: counts }), out);
      expect(Buffer.compare(out.view(), runOf([{ ...carried, buckets }]))).toBe(0);
    }),
  );
});

test('the stat of a block is read as counts', () => {
  const stat = { bytesWritten: 2n ** 40n, bytesRead: 2n, keysWritten: 2n ** 32n - 1n, keysRead: 0n };
  const block = runOf([{ ...plain, stat }]);
  const fields = new RegionFields();
  readBlock(block, 0, block.length, fields);
  const read = new StatFields();
  readStat(block, fields.statStart, fields.statStop, read);
  expect(read).toMatchObject({ bytesWritten: 2 ** 40, bytesRead: 2, keysWritten: 2 ** 32 - 1, keysRead: 0 });
  readStat(block, 0, 0, read);
  expect(read).toMatchObject({ bytesWritten: 0, bytesRead: 0, keysWritten: 0, keysRead: 0 });
});
