import { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { anyUint64 } from '@syncline/protobuf/arbitrary.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrame } from './frame.ts';
import { emptyFrame, type FrameHead, frameWithRoom } from './frame-writer.ts';
import { anyCarried, anyRegion, framed, plainRegion, runOf } from './wire.fixture.ts';

const anyIndex = fc.maxSafeNat();

const anyHead: fc.Arbitrary<{ [Key in keyof FrameHead]-?: NonNullable<FrameHead[Key]> }> = fc.record({
  clusterId: anyUint64,
  startIndex: anyIndex,
  kind: fc.constantFrom(FrameKind.SNAPSHOT, FrameKind.REPLAY, FrameKind.KEEPALIVE),
  term: anyIndex,
  previous: anyIndex,
  leaderNext: anyIndex,
  leaderUnixMs: anyIndex,
  digest: fc.uint8Array({ minLength: 2_048, maxLength: 2_048 }),
  traceparent: fc.string({ unit: 'grapheme' }),
  removed: fc.array(anyUint64, { maxLength: 9 }).map((ids) => BigUint64Array.from(ids)),
  total: anyIndex,
});

function messageOf(frames: Uint8Array): Buffer {
  const [message, ...others] = [...unframe(frames)];
  expect(others).toEqual([]);
  return message ?? Buffer.of();
}

test('generated code reads a frame as it was meant', () => {
  fc.assert(
    fc.property(anyHead, fc.array(anyCarried(anyRegion), { maxLength: 3 }), (head, carried) => {
      const frame = SyncRegionResponse.decode(messageOf(framed(head, runOf(carried))));
      expect(frame.header).toEqual({ clusterId: head.clusterId, error: undefined });
      expect(frame.startIndex).toBe(BigInt(head.startIndex));
      expect(frame.kind).toBe(head.kind);
      expect(frame.term).toBe(BigInt(head.term));
      expect(frame.previous).toBe(BigInt(head.previous));
      expect(frame.leaderNext).toBe(BigInt(head.leaderNext));
      expect(frame.leaderUnixMs).toBe(BigInt(head.leaderUnixMs));
      expect(Buffer.compare(frame.digest, head.digest)).toBe(0);
      expect(frame.traceparent).toBe(head.traceparent);
      expect(frame.removed).toEqual([...head.removed]);
      expect(frame.total).toBe(BigInt(head.total));
      const { regions, regionStats, regionLeaders, buckets } = frame;
      expect([regions.length, regionStats.length, regionLeaders.length, buckets.length]).toEqual(
        Array.from({ length: 4 }, () => carried.length),
      );
      expect(regions.map(({ id }) => id)).toEqual(carried.map(({ region }) => region.id));
    }),
  );
});

test('a head is read as it was written', () => {
  fc.assert(
    fc.property(anyHead, (head) => {
      const limits = { blocks: 9, bytes: 1 << 20 };
      const { run, error, incomplete, ...read } = readFrame(
        messageOf(Buffer.concat(emptyFrame(head))),
        limits,
        new ByteWriter(0),
      );
      expect(run.count).toBe(0);
      expect(error).toBeUndefined();
      expect(incomplete).toEqual([]);
      expect({ ...read, digest: Uint8Array.from(read.digest ?? []) }).toEqual(head);
    }),
  );
});

test('what is left out of a head takes no bytes: to a PD a frame is the frame of a PD', () => {
  expect(Buffer.concat(emptyFrame({ clusterId: 5n, startIndex: 300 })).toString('hex')).toBe(
    '00000000070a02080518ac02',
  );
});

test('a frame with a region is these bytes', () => {
  const run = runOf([
    { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined },
  ]);
  const bytes = framed({ clusterId: 5n, startIndex: 1, kind: FrameKind.LIVE, term: 1 }, run);
  const expected = [
    '00 0000002a', // uncompressed, 42 bytes
    '0a02 0805', // header { cluster_id 5 }
    '18 01', // start_index 1
    '88e209 01', // 20001 term 1
    '90e209 06', // 20002 kind LIVE
    '1214', // regions, 20 bytes:
    '0807 120161 1a0162', // id 7, keys a and b
    '2204 08011002', // region_epoch { conf_ver 1, version 2 }
    '2a04 08081001', // peers { id 8, store_id 1 }
    '2200 2a00 3200', // nothing known of stat, leader, buckets
  ];
  expect(bytes.toString('hex')).toBe(expected.join('').replaceAll(' ', ''));
});

test('a run in pieces is put where the frame has room for it', () => {
  const run = runOf([
    { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined },
  ]);
  const head = { clusterId: 5n, startIndex: 1 };
  const { bytes, runAt } = frameWithRoom(head, run.length);
  bytes.set(run.subarray(0, 5), runAt);
  bytes.set(run.subarray(5), runAt + 5);
  expect(bytes).toEqual(framed(head, run));
});
