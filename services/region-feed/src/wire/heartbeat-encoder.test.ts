import { RegionHeartbeatRequest, SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyAt, keySpaceEnd } from '../world/key-space.ts';
import { arbitraryLife } from '../world/life.arbitrary.ts';
import type { Peer, Region } from '../world/region.ts';
import { Walk } from '../world/walk.ts';
import { World } from '../world/world.ts';
import { HeartbeatEncoder } from './heartbeat-encoder.ts';

const clusterId = 2n ** 64n - 2n;
const nowNs = 1_767_225_600_999_999_999n;
const keyBytes = 64;

function onTheWire({ id, store }: Peer) {
  return expect.objectContaining({ id: BigInt(id), storeId: BigInt(store) }) as unknown;
}

function expectHeartbeat(region: Region, heartbeat: RegionHeartbeatRequest): void {
  expect(heartbeat).toMatchObject({
    header: { clusterId },
    region: {
      id: BigInt(region.id),
      regionEpoch: { confVer: BigInt(region.confVer), version: BigInt(region.version) },
      peers: region.peers.map(onTheWire),
    },
    leader: onTheWire(region.leader),
    bytesWritten: BigInt(region.flow.bytesWritten),
    bytesRead: BigInt(region.flow.bytesRead),
    keysWritten: BigInt(region.flow.keysWritten),
    keysRead: BigInt(region.flow.keysRead),
    term: BigInt(region.term),
    approximateSize: 96n << 20n,
    interval: { startTimestamp: 1_767_225_540n, endTimestamp: 1_767_225_600n },
  });
  expect(Buffer.from(heartbeat.region?.startKey ?? [])).toEqual(keyAt(region.start, keyBytes));
  expect(Buffer.from(heartbeat.region?.endKey ?? [])).toEqual(keyAt(region.end, keyBytes));
}

test('a heartbeat says all there is to say of a region', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 50 }), ({ world, life }, steps) => {
      const encoder = new HeartbeatEncoder(clusterId, keyBytes);
      for (let step = 0; step < steps; step++) {
        for (const region of life.step().regions) {
          expectHeartbeat(region, RegionHeartbeatRequest.decode(encoder.encode(region, nowNs)));
        }
      }
      expectHeartbeat(world.first, RegionHeartbeatRequest.decode(encoder.encode(world.first, nowNs)));
    }),
  );
});

test('an encoded heartbeat is encoded as ts-proto would', () => {
  fc.assert(
    fc.property(arbitraryLife, ({ world }) => {
      const bytes = new HeartbeatEncoder(clusterId, keyBytes).encode(world.first, nowNs);
      const again = RegionHeartbeatRequest.encode(RegionHeartbeatRequest.decode(bytes)).finish();
      expect(Buffer.from(again)).toHaveLength(bytes.length);
    }),
  );
});

test('a trace context is said, and changes nothing else', () => {
  const { first } = World.make(genesis(1), seededRng(1));
  const encoder = new HeartbeatEncoder(clusterId, keyBytes);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const { traceparent: said, ...rest } = RegionHeartbeatRequest.decode(
    encoder.encode(first, nowNs, traceparent),
  );
  expect(said).toBe(traceparent);
  expect({ ...rest, traceparent: '' }).toEqual(RegionHeartbeatRequest.decode(encoder.encode(first, nowNs)));
});

test('what was encoded before does not change', () => {
  const world = World.make(genesis(3), seededRng(1));
  const encoder = new HeartbeatEncoder(clusterId, keyBytes);
  const first = encoder.encode(world.first, nowNs);
  const copy = Buffer.from(first);
  encoder.encode(world.first.next ?? world.first, nowNs);
  expect(first).toEqual(copy);
});

test('numbers up to 2^53 survive', () => {
  const region = { ...World.make(genesis(1), seededRng(1)).first, id: 2 ** 53 - 1, version: 2 ** 32 + 1 };
  const { region: decoded } = RegionHeartbeatRequest.decode(
    new HeartbeatEncoder(clusterId, keyBytes).encode(region, nowNs),
  );
  expect([decoded?.id, decoded?.regionEpoch?.version]).toEqual([2n ** 53n - 1n, 2n ** 32n + 1n]);
});

test('the default regions have 194 to 198 bytes on the sync wire', () => {
  const world = World.make(genesis(1_000), seededRng(1));
  const encoder = new HeartbeatEncoder(clusterId, keyBytes);
  const walk = new Walk(world);
  for (let region = walk.next(); region !== undefined; region = walk.next()) {
    if (region.start === 0 || region.end === keySpaceEnd) continue;
    const size = syncedSize(RegionHeartbeatRequest.decode(encoder.encode(region, nowNs)));
    expect(size).toBeGreaterThanOrEqual(194);
    expect(size).toBeLessThanOrEqual(198);
  }
});

function genesis(regions: number) {
  const floor = { regionId: 0, peerId: 0, version: 1, confVer: 1 };
  return { regions, stores: 3, replicas: 3, floor };
}

/** Bytes of a region in a sync frame: its region, stat, leader and (empty) buckets. */
function syncedSize(heartbeat: RegionHeartbeatRequest): number {
  const { region, leader, bytesWritten, bytesRead, keysWritten, keysRead } = heartbeat;
  return SyncRegionResponse.encode(
    SyncRegionResponse.fromPartial({
      regions: [region ?? {}],
      regionStats: [{ bytesWritten, bytesRead, keysWritten, keysRead }],
      regionLeaders: [leader ?? {}],
      buckets: [{}],
    }),
  ).finish().length;
}
