import { Peer } from '@syncline/proto/metapb.ts';
import { PeerStats, Region, RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { expect, test } from 'vitest';
import { ailingPeers, readAilingPeers } from './ailing-peers.ts';
import { Heartbeat, readHeartbeat } from './heartbeat.ts';
import { plainRegion } from './wire.fixture.ts';

const peer = (id: bigint): Peer => ({ id, storeId: id + 100n, role: 0, isWitness: false });
const down = (id: bigint, downSeconds: bigint) => ({ peer: peer(id), downSeconds });

function ailingOf(request: Partial<RegionHeartbeatRequest>): Uint8Array | undefined {
  const bytes = RegionHeartbeatRequest.encode(RegionHeartbeatRequest.create(request)).finish();
  const heartbeat = new Heartbeat();
  readHeartbeat(bytes, heartbeat);
  return ailingPeers(bytes, heartbeat);
}

test('they are told as they came, whatever else the heartbeat says', () => {
  const downPeers = [down(1n, 30n), down(2n, 60n)];
  const pendingPeers = [peer(3n)];
  const ailing = ailingOf({ downPeers, pendingPeers, region: plainRegion(7n, 'a', 'b') });
  expect(Region.decode(ailing ?? new Uint8Array(0))).toMatchObject({
    downPeers,
    pendingPeers,
    leader: undefined,
  });
  const read = readAilingPeers(ailing ?? new Uint8Array(0));
  expect(read.down.map((bytes) => PeerStats.decode(bytes))).toEqual(downPeers);
  expect(read.pending.map((bytes) => Peer.decode(bytes))).toEqual(pendingPeers);
});

test('a region whose peers are well has none', () => {
  expect(ailingOf({})).toBeUndefined();
});
