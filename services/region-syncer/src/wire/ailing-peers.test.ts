import type { Peer } from '@syncline/proto/metapb.ts';
import { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { expect, test } from 'vitest';
import { ailingPeers, sameAiling } from './ailing-peers.ts';
import { Heartbeat, readHeartbeat } from './heartbeat.ts';
import { toRegion } from './region-reply.ts';
import { plainRegion, runOf } from './wire.fixture.ts';

const peer = (id: bigint): Peer => ({ id, storeId: id + 100n, role: 0, isWitness: false });
const down = (id: bigint, downSeconds: bigint) => ({ peer: peer(id), downSeconds });

function ailingOf(request: Partial<RegionHeartbeatRequest>): Uint8Array | undefined {
  const bytes = RegionHeartbeatRequest.encode(RegionHeartbeatRequest.create(request)).finish();
  const heartbeat = new Heartbeat();
  readHeartbeat(bytes, heartbeat);
  return ailingPeers(bytes, heartbeat);
}

test('they are in the reply about their region', () => {
  const downPeers = [down(1n, 30n), down(2n, 60n)];
  const pendingPeers = [peer(3n)];
  const block = runOf([
    { region: plainRegion(7n, 'a', 'b'), stat: undefined, leader: undefined, buckets: undefined },
  ]);
  const reply = toRegion(block, 0, block.length, {
    buckets: true,
    ailing: ailingOf({ downPeers, pendingPeers }),
  });
  expect(reply).toMatchObject({ downPeers, pendingPeers, leader: undefined, buckets: undefined });
});

test('a region whose peers are well has none', () => {
  expect(ailingOf({})).toBeUndefined();
});

test('neither their order nor how long they have been down is a change; which they are is', () => {
  const known = ailingOf({ downPeers: [down(1n, 30n), down(2n, 60n)], pendingPeers: [peer(3n)] });
  expect(
    sameAiling(known, ailingOf({ downPeers: [down(2n, 70n), down(1n, 40n)], pendingPeers: [peer(3n)] })),
  ).toBe(true);
  expect(sameAiling(known, ailingOf({ downPeers: [down(1n, 30n), down(2n, 60n)] }))).toBe(false);
  expect(
    sameAiling(known, ailingOf({ downPeers: [down(1n, 30n)], pendingPeers: [peer(2n), peer(3n)] })),
  ).toBe(false);
  expect(sameAiling(known, undefined)).toBe(false);
  expect(sameAiling(undefined, undefined)).toBe(true);
});
