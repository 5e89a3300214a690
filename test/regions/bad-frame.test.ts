// F13, V9, V15: frames that no leader should send. Nothing of them counts, and the follower asks again from where it is.

import { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { frame, unframe } from '@syncline/rpc/frame.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  base,
  clusterId,
  merged,
  ofPd,
  own,
  ownSnapshot,
  region,
  regions,
  term,
} from '../../services/region-syncer/src/follower/world/regions.ts';
import type { ScriptedCall } from '../../services/region-syncer/src/follower/world/scripted-leader.ts';
import { FollowedScript } from './followed-script.ts';
import { expectBalanced } from './same.ts';

const stands = base + 10;

let script: FollowedScript;
let call: ScriptedCall;

beforeAll(async () => {
  script = await FollowedScript.start('ours', { maxFrame: '1MiB', maxFrameRegions: '1000' });
  call = await script.next();
  call.send(...ownSnapshot(stands, regions(1, 9), 4));
  await script.holds(stands, 9);
});

afterAll(() => script[Symbol.asyncDispose]());

/** A good frame of two records, to be made bad. */
const good = () => own(FrameKind.LIVE, { startIndex: stands }, region(3, 5), region(4, 5));

/** The message in the one frame, changed. */
function changed(change: (message: Buffer) => Uint8Array): Buffer {
  const [message = Buffer.alloc(0)] = [...unframe(good())];
  return frame(change(Buffer.from(message)));
}

/** A good frame, decoded, changed and encoded again: list after list, as a PD would. */
function recoded(change: Partial<SyncRegionResponse>): Buffer {
  return changed((message) =>
    SyncRegionResponse.encode({ ...SyncRegionResponse.decode(message), ...change }).finish(),
  );
}

const noEpoch = { ...region(4, 5), region: { ...region(4, 5).region, regionEpoch: undefined } };
const backwards = { ...region(4, 5), region: { ...region(4, 5).region, endKey: Buffer.from('001') } };
const huge = {
  ...region(4, 5),
  buckets: { regionId: 4n, version: 1n, keys: [Buffer.alloc(2 << 20)], stats: undefined, periodInMs: 0n },
};

test.for<readonly [string, () => Buffer]>([
  ['cut short in its last region', () => changed((message) => message.subarray(0, message.length - 3))],
  ['cut short in its head', () => changed((message) => message.subarray(0, 5))],
  ['of zeros', () => frame(Buffer.alloc(64))],
  ['of bytes that are no protobuf', () => frame(Buffer.alloc(200, 0xff))],
  ['longer than may be', () => own(FrameKind.LIVE, { startIndex: stands }, huge)],
  [
    'with more regions than may be',
    () => own(FrameKind.LIVE, { startIndex: stands }, ...regions(1, 998), ...regions(1, 9, 3)),
  ],
  [
    'with a region without an epoch behind a good one',
    () => own(FrameKind.LIVE, { startIndex: stands }, region(3, 5), noEpoch),
  ],
  [
    'with a region that ends before it begins',
    () => own(FrameKind.LIVE, { startIndex: stands }, region(3, 5), backwards),
  ],
  ['with fewer leaders than regions', () => recoded({ regionLeaders: [] })],
  [
    'with more stats than regions',
    () =>
      recoded({
        regionStats: Array.from({ length: 5 }, () => ({
          bytesWritten: 1n,
          bytesRead: 0n,
          keysWritten: 0n,
          keysRead: 0n,
        })),
      }),
  ],
  [
    'with a digest of eight bytes',
    () => own(FrameKind.KEEPALIVE, { startIndex: stands, digest: new Uint8Array(8) }),
  ],
  [
    'of another cluster',
    () => own(FrameKind.LIVE, { startIndex: stands, clusterId: clusterId - 1n }, region(3, 5)),
  ],
  ['of a kind that is not known', () => own(99 as FrameKind, { startIndex: stands }, region(3, 5))],
  ['that leaves records out', () => own(FrameKind.LIVE, { startIndex: stands + 1 }, region(3, 5))],
  ['of an older term', () => own(FrameKind.LIVE, { startIndex: stands, term: term - 1 }, region(3, 5))],
  [
    'that ends a snapshot which was not begun',
    () => own(FrameKind.SNAPSHOT_END, { startIndex: stands + 50 }),
  ],
  ['that ends a delta which was not begun', () => own(FrameKind.DELTA_END, { startIndex: stands + 50 })],
  [
    'with PD’s error in its header',
    () => ofPd(0, [], { header: { clusterId, error: { type: 1, message: 'server stopped' } } }),
  ],
  ['of a PD in the middle of a stream of ours', () => ofPd(stands, [region(3, 5)])],
])('F13: a frame %s changes nothing, and the follower asks again', async ([, bad]) => {
  const before = await script.follower.digest();
  call.send(bad());
  call = await script.next();
  expect(call.request.startIndex).toBe(stands);
  expect(await script.follower.digest()).toEqual(before);
  expectBalanced(await script.follower.status());
  expect((await script.follower.status()).ready).toBe(false);
  call.send(own(FrameKind.IN_SYNC, { startIndex: stands }));
  await script.holds(stands, 9);
});

test.for([Status.OK, Status.INTERNAL, Status.FAILED_PRECONDITION])(
  'V6: a stream that ends with status %d is asked for again from where the copy is',
  async (status) => {
    call.end(status, 'for a test');
    call = await script.next();
    expect(call.request.startIndex).toBe(stands);
    call.send(own(FrameKind.IN_SYNC, { startIndex: stands }));
    await script.holds(stands, 9);
  },
);

test('F13: a snapshot that breaks off, is too short or overlaps leaves the copy as it was', async () => {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0), , end = Buffer.alloc(0)] = ownSnapshot(
    stands + 5,
    regions(1, 9, 7),
    4,
  );
  const inside = merged(2, 3);
  const overlapping = own(
    FrameKind.SNAPSHOT,
    { startIndex: 4, previous: stands + 5 },
    { ...inside, region: { ...inside.region, id: 77n } },
    ...regions(5, 8),
  );
  for (const frames of [
    [first, second],
    [first, second, end],
    [first, overlapping, end],
  ]) {
    call.send(...frames);
    call.end(Status.UNAVAILABLE, 'for a test');
    call = await script.next();
    expect(call.request.startIndex).toBe(stands);
    call.send(own(FrameKind.IN_SYNC, { startIndex: stands }));
    await script.holds(stands, 9);
    expectBalanced(await script.follower.status());
  }
});
