import { BucketMeta } from '@syncline/proto/metapb.ts';
import { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { anyUint64 } from '@syncline/protobuf/arbitrary.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heartbeat, heartbeatProblem, readHeartbeat, traceparentIn } from './heartbeat.ts';
import { appendHeartbeat } from './heartbeat-block.ts';
import {
  blockShape,
  breakages,
  decodeStrictly,
  heartbeatShape,
  keptOfHeartbeat,
  peerShape,
  peerStatsShape,
} from './strict.fixture.ts';
import {
  anyKey,
  anyPeer,
  anyRegion,
  anyStat,
  goodRegion,
  plainRegion,
  runOf,
  uint64,
} from './wire.fixture.ts';

type Request = Partial<RegionHeartbeatRequest>;

const anyMeta = fc.record({ version: anyUint64, keys: fc.array(anyKey, { maxLength: 3 }) });
const anyRest = fc.record({
  header: fc.record({
    clusterId: anyUint64,
    senderId: anyUint64,
    callerId: fc.string(),
    callerComponent: fc.string(),
  }),
  downPeers: fc.array(fc.record({ peer: anyPeer, downSeconds: anyUint64 }), { maxLength: 2 }),
  pendingPeers: fc.array(anyPeer, { maxLength: 2 }),
  term: anyUint64,
  interval: fc.record({ startTimestamp: anyUint64, endTimestamp: anyUint64 }),
  approximateKvSize: anyUint64,
  traceparent: fc.string(),
});

function encode(request: Request): Uint8Array {
  return RegionHeartbeatRequest.encode(RegionHeartbeatRequest.create(request)).finish();
}

function read(bytes: Uint8Array, into = new Heartbeat()): Heartbeat {
  readHeartbeat(bytes, into);
  return into;
}

function problemOf(request: Request): string | undefined {
  const bytes = encode(request);
  return heartbeatProblem(bytes, read(bytes))?.message;
}

const leader = { id: 8n, storeId: 1n, role: 0, isWitness: false } as const;
const plain = { region: plainRegion(7n, 'a', 'b'), leader };

const anyHeartbeat = fc.tuple(goodRegion, anyPeer, anyStat, anyRest, fc.option(anyMeta, { nil: undefined }));

test('a heartbeat becomes the block that generated code would make of it', () => {
  fc.assert(
    fc.property(anyHeartbeat, ([region, led, stat, rest, bucketMeta]) => {
      const bytes = encode({ ...rest, ...stat, region, leader: led, bucketMeta });
      const heartbeat = read(bytes);
      expect(uint64(heartbeat.clusterIdLo, heartbeat.clusterIdHi)).toBe(rest.header.clusterId);
      expect(uint64(heartbeat.termLo, heartbeat.termHi)).toBe(rest.term);
      expect(uint64(heartbeat.leaderStoreLo, heartbeat.leaderStoreHi)).toBe(led.storeId);
      expect(traceparentIn(bytes, heartbeat)).toBe(rest.traceparent);
      expect(heartbeat.downPeers.length).toBe(rest.downPeers.length * 2);
      expect(heartbeat.pendingPeers.length).toBe(rest.pendingPeers.length * 2);
      const buckets = bucketMeta && { ...bucketMeta, regionId: region.id, stats: undefined, periodInMs: 0n };
      const out = new ByteWriter(0);
      appendHeartbeat(bytes, heartbeat, Buffer.of(), out);
      expect(Buffer.compare(out.view(), runOf([{ region, stat, leader: led, buckets }]))).toBe(0);
    }),
  );
});

test('buckets stay until a heartbeat brings new ones', () => {
  const old = { regionId: 7n, version: 3n, keys: [Buffer.from('a')], stats: undefined, periodInMs: 9n };
  const before = runOf([{ ...plain, stat: undefined, buckets: old }]);
  const inherited = before.subarray(before.length - 9);
  const bytes = encode(plain);
  const out = new ByteWriter(0);
  appendHeartbeat(bytes, read(bytes), inherited, out);
  expect(Buffer.compare(out.view(), before)).toBe(0);
  const renewed = encode({ ...plain, bucketMeta: BucketMeta.create({ version: 4n }) });
  out.clear();
  appendHeartbeat(renewed, read(renewed), inherited, out);
  const buckets = { ...old, version: 4n, keys: [], periodInMs: 0n };
  expect(Buffer.compare(out.view(), runOf([{ ...plain, stat: undefined, buckets }]))).toBe(0);
});

test('a heartbeat that cannot be taken says which field is wrong', () => {
  expect(problemOf(plain)).toBeUndefined();
  expect(problemOf({ leader })).toBe('region: is missing');
  expect(problemOf({ leader, region: { ...plain.region, id: 0n } })).toBe('region.id: is 0');
  expect(problemOf({ leader, region: { ...plain.region, peers: [] } })).toBe('region.peers: are none');
  expect(problemOf({ leader, region: { ...plain.region, regionEpoch: undefined } })).toBe(
    'region.region_epoch: is missing in region 7',
  );
  expect(problemOf({ leader, region: plainRegion(7n, 'b', 'a') })).toBe(
    'region.end_key: is not after start_key in region 7',
  );
});

test('a heartbeat that is cut short anywhere is a WireError or a shorter heartbeat', () => {
  fc.assert(
    fc.property(anyRegion, anyStat, anyRest, (region, stat, rest) => {
      const bytes = encode({ ...rest, ...stat, region, leader });
      for (let end = 0; end < bytes.length; end++) {
        try {
          read(bytes.subarray(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
    { numRuns: 20 },
  );
});

/** The block of a heartbeat; undefined when it cannot be taken. What is kept beside the block has to be well-formed. */
function blockOf(bytes: Uint8Array): Uint8Array | undefined {
  const heartbeat = read(bytes);
  if (heartbeatProblem(bytes, heartbeat) !== undefined) return undefined;
  const out = new ByteWriter(0);
  appendHeartbeat(bytes, heartbeat, Buffer.of(), out);
  const { downPeers, pendingPeers } = heartbeat;
  for (let i = 0; i < downPeers.length; i += 2)
    decodeStrictly(bytes.subarray(downPeers[i], downPeers[i + 1]), peerStatsShape);
  for (let i = 0; i < pendingPeers.length; i += 2)
    decodeStrictly(bytes.subarray(pendingPeers[i], pendingPeers[i + 1]), peerShape);
  return out.view();
}

test('whatever one field of a heartbeat is broken, it is a WireError, or every decoder takes its block', () => {
  fc.assert(
    fc.property(anyHeartbeat, ([region, led, stat, rest, bucketMeta]) => {
      const whole = encode({ ...rest, ...stat, region, leader: led, bucketMeta });
      for (const { bytes, path, by } of breakages(whole, heartbeatShape)) {
        const [field = 0] = path;
        let block: Uint8Array | undefined;
        try {
          block = blockOf(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          expect(() => read(bytes)).toThrow(WireError);
          continue;
        }
        expect(by === 'type' && keptOfHeartbeat.includes(field), path.join('.')).toBe(false);
        if (block !== undefined) decodeStrictly(block, blockShape);
      }
    }),
    { numRuns: 20 },
  );
});

test('peers with malformed bytes are refused with their heartbeat', () => {
  const bytes = encode(plain);
  const at = Buffer.from(bytes).indexOf(Buffer.of(0x2a, 4, 0x08, 8)) + 2;
  bytes[at] = 0x0b;
  expect(() => read(bytes)).toThrow('region.peers: field 1 has the wire type 3');
});

test('what the last heartbeat had does not show in the next', () => {
  const full = encode({
    ...plain,
    header: { clusterId: 1n, senderId: 0n, callerId: '', callerComponent: '' },
    bytesRead: 5n,
    term: 3n,
    pendingPeers: [leader],
    downPeers: [{ peer: leader, downSeconds: 1n }],
    bucketMeta: { version: 1n, keys: [] },
    traceparent: 'x',
  });
  const used = read(full);
  expect(read(Buffer.of(), used)).toEqual(read(Buffer.of()));
});
