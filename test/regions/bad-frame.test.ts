// F13, V9, V15: frames that no leader should send. Nothing of them counts, and the follower asks again from where it is.

import { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { frame, unframe } from '@syncline/rpc/frame.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Why } from '../../services/region-syncer/src/follower/state.ts';
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
import { firstOfTerm } from '../../services/region-syncer/src/log/index.ts';
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

/** All that it has is of the term before: a leader that was replaced. */
const older = firstOfTerm(term - 1) + 5;

/**
 * Has the follower end its stream, for this reason and no other, which it tells and counts; then it asks from where it
 * is.
 */
async function endsFor(why: Why, told: string, cause: () => void): Promise<void> {
  const ends = (labels = {}) =>
    readMetric(script.follower.service.adminPort, 'region_stream_end_total', labels);
  const before = [await ends({ reason: why }), await ends()];
  cause();
  call = await script.next();
  expect(call.request.startIndex).toBe(stands);
  const { lastError } = await script.follower.status();
  expect(lastError?.message).toContain(`${why}: ${told}`);
  expect([await ends({ reason: why }), await ends()]).toEqual(before.map((count) => count + 1));
}

/** Lets it go on with what it has. */
async function goesOn(): Promise<void> {
  call.send(own(FrameKind.IN_SYNC, { startIndex: stands }));
  await script.holds(stands, 9);
}

test.for<readonly [name: string, bad: () => Buffer, why: Why, told: string]>([
  [
    'cut short in its last region',
    () => changed((message) => message.subarray(0, message.length - 3)),
    'bad_frame',
    'leader: ',
  ],
  ['cut short in its head', () => changed((message) => message.subarray(0, 5)), 'bad_frame', 'header: '],
  ['of zeros', () => frame(Buffer.alloc(64)), 'bad_frame', 'frame: a field has no valid number'],
  [
    'of bytes that are no protobuf',
    () => frame(Buffer.alloc(200, 0xff)),
    'bad_frame',
    'frame: a number has more than 10 bytes',
  ],
  [
    'longer than may be',
    () => own(FrameKind.LIVE, { startIndex: stands }, huge),
    'stream_ended',
    'RESOURCE_EXHAUSTED: ',
  ],
  [
    'with more regions than may be',
    () => own(FrameKind.LIVE, { startIndex: stands }, ...regions(1, 998), ...regions(1, 9, 3)),
    'bad_frame',
    'regions: are more than 1000',
  ],
  [
    'with a region without an epoch behind a good one',
    () => own(FrameKind.LIVE, { startIndex: stands }, region(3, 5), noEpoch),
    'bad_frame',
    'region.region_epoch: is missing in region 4',
  ],
  [
    'with a region that ends before it begins',
    () => own(FrameKind.LIVE, { startIndex: stands }, region(3, 5), backwards),
    'bad_frame',
    'region.end_key: is not after start_key in region 4',
  ],
  [
    'with fewer leaders than regions',
    () => recoded({ regionLeaders: [] }),
    'bad_frame',
    'region_leaders: are 0, of 2 regions',
  ],
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
    'bad_frame',
    'region_stats: are 5, of 2 regions',
  ],
  [
    'with a digest of eight bytes',
    () => own(FrameKind.KEEPALIVE, { startIndex: stands, digest: new Uint8Array(8) }),
    'bad_frame',
    'digest: has 8 bytes, not 2048',
  ],
  [
    'of another cluster',
    () => own(FrameKind.LIVE, { startIndex: stands, clusterId: clusterId - 1n }, region(3, 5)),
    'bad_frame',
    `header.cluster_id: is ${clusterId - 1n}, the leader's is ${clusterId}`,
  ],
  [
    'of a kind that is not known',
    () => own(99 as FrameKind, { startIndex: stands }, region(3, 5)),
    'gap',
    `a frame of kind ${FrameKind.UNRECOGNIZED} with 1 records`,
  ],
  [
    'that leaves records out',
    () => own(FrameKind.LIVE, { startIndex: stands + 1 }, region(3, 5)),
    'gap',
    `a frame of kind ${FrameKind.LIVE} with 1 records from ${stands + 1}`,
  ],
  [
    'of an older term',
    () => own(FrameKind.LIVE, { startIndex: stands, term: term - 1 }, region(3, 5)),
    'lower_term',
    `a frame of term ${term - 1} after term ${term}`,
  ],
  [
    'that begins a snapshot of an older term',
    () =>
      own(
        FrameKind.SNAPSHOT,
        { startIndex: 0, previous: older, leaderNext: older, term: term - 1, total: 9 },
        ...regions(1, 4, 7),
      ),
    'lower_term',
    `a frame of term ${term - 1} after term ${term}`,
  ],
  [
    'that ends a snapshot which was not begun',
    () => own(FrameKind.SNAPSHOT_END, { startIndex: stands + 50 }),
    'gap',
    `a frame of kind ${FrameKind.SNAPSHOT_END} with 0 records`,
  ],
  [
    'that ends a delta which was not begun',
    () => own(FrameKind.DELTA_END, { startIndex: stands + 50 }),
    'gap',
    `a frame of kind ${FrameKind.DELTA_END} with 0 records`,
  ],
  [
    'with PD’s error in its header',
    () => ofPd(0, [], { header: { clusterId, error: { type: 1, message: 'server stopped' } } }),
    'error_frame',
    'error 1: server stopped',
  ],
  [
    'of a PD in the middle of a stream of ours',
    () => ofPd(stands, [region(3, 5)]),
    'other_leader',
    'a frame of kind 0 in the middle of a stream',
  ],
])(
  'F13: a frame %s changes nothing, is told and counted, and the follower asks again',
  async ([, bad, why, told]) => {
    const before = await script.follower.digest();
    await endsFor(why, told, () => call.send(bad()));
    expect(await script.follower.digest()).toEqual(before);
    const status = await script.follower.status();
    expectBalanced(status);
    expect(status.ready).toBe(false);
    await goesOn();
  },
);

test.for([Status.OK, Status.INTERNAL, Status.FAILED_PRECONDITION])(
  'V6: a stream that ends with status %d is asked for again from where the copy is',
  async (status) => {
    await endsFor('stream_ended', `${Status[status]}: for a test`, () => call.end(status, 'for a test'));
    await goesOn();
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
  const broken: readonly (readonly [frames: readonly Buffer[], why: Why, told: string])[] = [
    [[first, second], 'stream_ended', 'UNAVAILABLE: for a test'],
    [[first, second, end], 'gap', `a frame of kind ${FrameKind.SNAPSHOT_END} with 0 records`],
    [[first, overlapping, end], 'bad_frame', 'the regions '],
  ];
  for (const [frames, why, told] of broken) {
    await endsFor(why, told, () => {
      call.send(...frames);
      call.end(Status.UNAVAILABLE, 'for a test');
    });
    await goesOn();
    expectBalanced(await script.follower.status());
  }
});
