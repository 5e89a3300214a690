import { Buckets, Peer, Region } from '@syncline/proto/metapb.ts';
import { ErrorType, RegionStat, SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { frameHeaderBytes } from '@syncline/rpc/frame.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Frame, readFrame } from './frame.ts';
import { regionProblem } from './region-check.ts';
import { RegionFields, readBlock } from './region-fields.ts';
import { blockShape, breakages, decodeStrictly } from './strict.fixture.ts';
import {
  anyBuckets,
  anyCarried,
  anyPeer,
  anyRegion,
  anyStat,
  framed,
  goodRegion,
  plainRegion,
  runOf,
} from './wire.fixture.ts';

const limits = { blocks: 100, bytes: 1 << 20 };

function read(message: Uint8Array): Frame {
  return readFrame(message, limits, new ByteWriter(64));
}

/** A response as PD's generated code writes it: list after list. */
function listed(response: Partial<SyncRegionResponse>): Uint8Array {
  return SyncRegionResponse.encode(SyncRegionResponse.create(response)).finish();
}

function stands(region: Region): boolean {
  const block = runOf([{ ...plain, region }]);
  const fields = new RegionFields();
  readBlock(block, 0, block.length, fields);
  return regionProblem(block, fields) === undefined;
}

const plain = { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined };

test("a Syncline's run is taken as it is", () => {
  fc.assert(
    fc.property(fc.array(anyCarried(goodRegion), { maxLength: 5 }), (carried) => {
      const run = runOf(carried);
      const message = framed({ clusterId: 1n, startIndex: 2 ** 36, kind: FrameKind.LIVE }, run).subarray(
        frameHeaderBytes,
      );
      const frame = read(message);
      expect(frame.run.count).toBe(carried.length);
      expect(Buffer.compare(frame.run.bytes, run)).toBe(0);
      if (carried.length > 0) expect(frame.run.bytes.buffer).toBe(message.buffer);
    }),
  );
});

const names = {
  regions: 'regions',
  regionStats: 'region_stats',
  regionLeaders: 'region_leaders',
  buckets: 'buckets',
} as const;

test("PD's lists become the same blocks, matched as PD's follower matches them", () => {
  const anyLists = fc.record({
    regions: fc.array(anyRegion, { maxLength: 5 }),
    regionStats: fc.array(anyStat, { maxLength: 6 }),
    regionLeaders: fc.array(fc.oneof(anyPeer, fc.constant(Peer.create())), { maxLength: 6 }),
    buckets: fc.array(anyBuckets, { maxLength: 6 }),
  });
  fc.assert(
    fc.property(anyLists, (lists) => {
      const total = lists.regions.length;
      const expected = lists.regions.map((region, i) => {
        const leader = lists.regionLeaders[i];
        return {
          region,
          stat: lists.regionStats.length === total ? lists.regionStats[i] : undefined,
          leader: leader?.id === 0n ? undefined : leader,
          buckets: lists.buckets.length === total ? lists.buckets[i] : undefined,
        };
      });
      const standing = expected.filter(({ region }) => stands(region));
      const { run, incomplete } = read(listed(lists));
      expect(Buffer.compare(run.bytes, runOf(standing))).toBe(0);
      expect(run.count).toBe(standing.length);
      expect(run.refused).toBe(total - standing.length);
      const lengths = { ...lists, regions: standing };
      expect(incomplete).toEqual(
        Object.entries({ ...names }).flatMap(([of, name]) =>
          lengths[of as keyof typeof names].length === total ? [] : [name],
        ),
      );
    }),
  );
});

test('the lists of a PD may be mixed in any order', () => {
  fc.assert(
    fc.property(
      fc.array(anyCarried(goodRegion), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (all, dice) => {
        const lists = [
          all.map(({ region }) => ({ field: 2, bytes: Region.encode(region).finish() })),
          all.map(({ stat }) => ({ field: 4, bytes: stat ? RegionStat.encode(stat).finish() : Buffer.of() })),
          all.map(({ leader }) => ({ field: 5, bytes: leader ? Peer.encode(leader).finish() : Buffer.of() })),
          all.map(({ buckets }) => ({
            field: 6,
            bytes: buckets ? Buckets.encode(buckets).finish() : Buffer.of(),
          })),
        ];
        const out = new ByteWriter(256);
        for (let left = lists; left.length > 0; left = left.filter((list) => list.length > 0)) {
          const element = left[dice.next().value % left.length]?.shift();
          if (element) out.content(element.field, element.bytes, 0, element.bytes.length);
          out.uint64(900, 1, 0);
        }
        const expected = all.map((one) => (one.leader?.id === 0n ? { ...one, leader: undefined } : one));
        expect(Buffer.compare(read(out.view()).run.bytes, runOf(expected))).toBe(0);
      },
    ),
  );
});

test('a frame that is cut short is refused or a shorter frame, and nothing worse', () => {
  fc.assert(
    fc.property(fc.array(anyCarried(goodRegion), { maxLength: 3 }), fc.boolean(), (carried, own) => {
      const kind = own ? FrameKind.REPLAY : FrameKind.UNSPECIFIED;
      const written = framed({ clusterId: 1n, startIndex: 5, kind }, runOf(carried)).subarray(
        frameHeaderBytes,
      );
      const whole = own ? written : listed(SyncRegionResponse.decode(written));
      for (let end = 0; end < whole.length; end++) {
        try {
          expect(read(whole.subarray(0, end)).run.count).toBeLessThanOrEqual(carried.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('a frame with wrong bytes is refused, or all of its regions can be answered with', () => {
  const anyDamage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(anyCarried(goodRegion), { minLength: 1, maxLength: 3 }),
      anyDamage,
      fc.boolean(),
      (carried, damage, own) => {
        const kind = own ? FrameKind.REPLAY : FrameKind.UNSPECIFIED;
        const message = framed({ clusterId: 1n, startIndex: 5, kind }, runOf(carried)).subarray(
          frameHeaderBytes,
        );
        for (const [at, byte] of damage) message[at % message.length] = byte;
        let frame: Frame;
        try {
          frame = read(message);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          return;
        }
        const { bytes, count } = frame.run;
        const fields = new RegionFields();
        let at = 0;
        for (let i = 0; i < count; i++) {
          const end = readBlock(bytes, at, bytes.length, fields);
          decodeStrictly(bytes.subarray(at, end), blockShape);
          at = end;
        }
        expect(at).toBe(bytes.length);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([FrameKind.LIVE, FrameKind.UNSPECIFIED])(
  'whatever one field of a frame of kind %s is broken, it is refused, or every decoder takes its regions',
  (kind) => {
    const peer = { id: 8n, storeId: 1n, role: 1, isWitness: true } as const;
    const region = {
      ...plain.region,
      peers: [peer],
      encryptionMeta: { keyId: 5n, iv: Buffer.from('iv') },
      isInFlashback: true,
      flashbackStartTs: 9n,
    };
    const stats = {
      readBytes: [1n],
      writeBytes: [],
      readQps: [],
      writeQps: [],
      readKeys: [],
      writeKeys: [2n],
    };
    const buckets = { regionId: 7n, version: 3n, keys: [Buffer.from('a')], stats, periodInMs: 4n };
    const stat = { bytesWritten: 1n, bytesRead: 2n, keysWritten: 3n, keysRead: 4n };
    const run = runOf([{ region, stat, leader: peer, buckets }]);
    const whole = framed({ clusterId: 1n, startIndex: 5, kind }, run).subarray(frameHeaderBytes);
    for (const { bytes, path, by } of breakages(whole, blockShape)) {
      let frame: Frame | undefined;
      try {
        frame = read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
      if (frame !== undefined) decodeStrictly(frame.run.bytes, blockShape);
      if (by === 'type' && [2, 4, 5, 6].includes(path[0] ?? 0)) expect(frame, path.join('.')).toBeUndefined();
    }
  },
);

test("in a Syncline's frame one region that cannot stand refuses all; in a PD's it is left out and counted", () => {
  const bad = [
    { ...plain.region, id: 0n },
    { ...plain.region, regionEpoch: undefined },
    { ...plain.region, endKey: plain.region.startKey },
    { ...plain.region, startKey: Buffer.from('bb'), endKey: Buffer.from('b') },
  ];
  const fields = ['region.id', 'region.region_epoch', 'region.end_key', 'region.end_key'];
  for (const [i, region] of bad.entries()) {
    const message = (kind: FrameKind): Buffer =>
      framed({ clusterId: 1n, startIndex: 5, kind }, runOf([plain, { ...plain, region }])).subarray(5);
    expect(() => read(message(FrameKind.LIVE))).toThrow(expect.objectContaining({ field: fields[i] }));
    const { run } = read(message(FrameKind.UNSPECIFIED));
    expect({ count: run.count, refused: run.refused }).toEqual({ count: 1, refused: 1 });
  }
});

test.each(['regionStats', 'regionLeaders', 'buckets'] as const)(
  "in a Syncline's frame as many %s as regions are needed, in a PD's they are not",
  (left) => {
    const lists = {
      regions: [plain.region, plainRegion(8n, 'b', 'c')],
      regionStats: [RegionStat.create({ bytesWritten: 1n }), RegionStat.create()],
      regionLeaders: [Peer.create({ id: 1n }), Peer.create()],
      buckets: [Buckets.create(), Buckets.create()],
    };
    const short = { ...lists, [left]: lists[left].slice(1) };
    expect(() => read(listed({ ...short, kind: FrameKind.LIVE }))).toThrow('are 1, of 2 regions');
    expect(read(listed({ ...lists, kind: FrameKind.LIVE })).run.count).toBe(2);
    expect(read(listed(short))).toMatchObject({ run: { count: 2 }, incomplete: [names[left]] });
    expect(read(listed(lists)).incomplete).toEqual([]);
  },
);

test('a last region without end, and the whole key space, can stand', () => {
  for (const startKey of ['', 'zz']) {
    const region = plainRegion(7n, startKey, '');
    expect(read(listed({ regions: [region] })).run.count).toBe(1);
  }
});

test('a frame with more regions, removed ids or bytes than are taken is refused', () => {
  const few = { blocks: 2, bytes: 1 << 20 };
  const take = (message: Uint8Array, most = few): Frame => readFrame(message, most, new ByteWriter(64));
  const run = runOf([plain, plain, plain]);
  for (const kind of [FrameKind.UNSPECIFIED, FrameKind.LIVE]) {
    const message = framed({ clusterId: 1n, startIndex: 5, kind }, run).subarray(5);
    expect(() => take(message)).toThrow('regions: are more than 2');
    expect(() => take(message, { blocks: 3, bytes: message.length - 1 })).toThrow(WireError);
    expect(take(message, { blocks: 3, bytes: message.length }).run.count).toBe(3);
  }
  expect(() => take(listed({ removed: [1n, 2n, 3n] }))).toThrow('removed: are 3 ids, at most 2 are taken');
  expect(() => take(listed({ regionStats: Array.from({ length: 3 }, () => RegionStat.create()) }))).toThrow(
    'region_stats: are more than 2',
  );
});

test('an error frame tells its type and text, and keeps its index', () => {
  const error = { type: ErrorType.UNKNOWN, message: 'server stopped' };
  const frame = read(listed({ header: { clusterId: 2n ** 64n - 1n, error }, startIndex: 12n }));
  expect(frame).toMatchObject({ clusterId: 2n ** 64n - 1n, error, startIndex: 12 });
});

test('an index beyond 2^53 - 1, and a digest of another length, refuse the frame', () => {
  expect(() => read(listed({ startIndex: 2n ** 53n }))).toThrow('start_index: 9007199254740992 is beyond');
  expect(() => read(listed({ digest: new Uint8Array(8) }))).toThrow('digest: has 8 bytes, not 2048');
});
