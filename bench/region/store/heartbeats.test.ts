import { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import { expect, test } from 'vitest';
import { regionAt } from '../../../test/interop/region-layout.ts';
import { layoutOf } from '../layout.ts';
import { Heartbeats, laid, mostHeartbeatBytes, type RegionState } from './heartbeats.ts';

const layout = layoutOf(2_500);
const heartbeats = new Heartbeats(layout, 1n);

function heartbeatOf(i: number, state: RegionState): RegionHeartbeatRequest {
  const into = Buffer.alloc(mostHeartbeatBytes);
  const [message = Buffer.alloc(0), ...others] = unframe(
    into.subarray(0, heartbeats.write(into, 0, i, state)),
  );
  expect(others).toEqual([]);
  return RegionHeartbeatRequest.decode(Uint8Array.from(message));
}

test("a heartbeat tells what PD's programs know of the region", () => {
  for (const i of [0, 1, 2, 999, 1_000, 1_001, 2_498, 2_499]) {
    const { region, leader, flow } = regionAt(layout, i);
    expect(heartbeatOf(i, laid)).toMatchObject({
      header: { clusterId: 1n },
      region,
      leader,
      ...flow,
    });
  }
});

test('a change raises the version, or moves the leader on with a newer term', () => {
  const before = heartbeatOf(7, laid);
  const stamped = heartbeatOf(7, { version: 2 ** 42 + 12_345, moves: 0 });
  expect(stamped).toMatchObject({
    region: { regionEpoch: { version: 4_398_046_523_449n, confVer: 5n } },
    leader: before.leader,
    term: before.term,
  });
  const moved = heartbeatOf(7, { version: laid.version, moves: 1 });
  expect(moved.region).toEqual(before.region);
  expect(moved.leader).not.toEqual(before.leader);
  expect(before.region?.peers).toContainEqual(moved.leader);
  expect(moved.term).toBe(before.term + 1n);
});
