import { FrameKind } from '@syncline/proto/region-frame.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import type { HeldCall } from './held-call.fixture.ts';
import { retryAfterKey } from './stream-ends.ts';
import { StreamsUnderTest } from './sync-stream.fixture.ts';
import type { PeerOptions } from './world/sync-peer.ts';

const { SNAPSHOT, SNAPSHOT_END, REPLAY, LIVE } = FrameKind;

const first = firstOfTerm(1);
const follower: PeerOptions = { name: 'f', startIndex: 0, as: 'ours', takesDeltas: false };

const kinds = (call: HeldCall) => call.frames.map(({ kind }) => kind);
const never = new AbortController().signal;

test.each([1, 3])(
  'when the log never holds what follows a snapshot, %i are sent, each after a longer wait, and then the stream ends',
  async (attempts) => {
    const w = new StreamsUnderTest({ attempts, attemptWaitMs: 200 });
    w.replica.record(5);
    w.replica.whenCaptured = () => {
      w.replica.record(1);
      w.replica.forget();
    };
    const call = w.join(follower);
    for (let sent = 1; sent <= attempts; sent += 1) {
      await w.settled();
      expect(kinds(call)).toEqual(Array.from({ length: sent }, () => [SNAPSHOT, SNAPSHOT_END]).flat());
      if (sent === attempts) break;
      expect([call.ended, w.clock.due().map(({ delayMs }) => delayMs)]).toEqual([
        undefined,
        [200 * 2 ** (sent - 1)],
      ]);
      w.clock.advance(200 * 2 ** (sent - 1));
    }
    expect(call.ended).toMatchObject({
      code: Status.UNAVAILABLE,
      details: 'the log does not hold what comes next',
    });
    expect(call.ended?.trailer?.get(retryAfterKey)).toBe('200');
    expect([w.ends, w.clock.pending, w.replica.pins]).toEqual([['history-lost'], 0, []]);
  },
);

test('a stream that has lost the log ends when others have all places: its follower would hear nothing meanwhile', async () => {
  const w = new StreamsUnderTest({ attemptWaitMs: 200 });
  w.replica.record(5);
  const call = w.join({ ...follower, startIndex: w.replica.next });
  call.isTaking = false;
  w.record(30);
  await w.places.take(never);
  w.record(30);
  w.replica.forget();
  call.isTaking = true;
  call.take();
  await w.settled();
  w.clock.advance(200);
  await w.settled();
  expect(call.ended).toMatchObject({ code: Status.UNAVAILABLE, details: 'all snapshots are taken' });
  expect([w.ends, w.places.waiting]).toEqual([['no-place'], 0]);
});

test('a replay keeps of the log what it has not sent, and nothing once it is live', async () => {
  const w = new StreamsUnderTest();
  w.replica.record(50);
  const call = w.join({ ...follower, startIndex: first + 5 }, false);
  await w.settled();
  expect([kinds(call), w.replica.pins]).toEqual([[REPLAY, REPLAY], [first + 25]]);
  call.isTaking = true;
  call.take();
  await w.settled();
  expect([kinds(call).length, w.replica.pins]).toEqual([5, []]);
});

test('a replay that is left keeps nothing of the log', async () => {
  const w = new StreamsUnderTest();
  w.replica.record(50);
  const call = w.join({ ...follower, startIndex: first + 5 }, false);
  await w.settled();
  expect(w.replica.pins).toEqual([first + 25]);
  call.cancel();
  expect([w.ends, w.replica.pins]).toEqual([['left'], []]);
});

test('no frame is sent once the leadership is lost, though it was lost in the middle of a snapshot', async () => {
  const w = new StreamsUnderTest();
  w.replica.record(50);
  const call = w.join(follower, false);
  await w.settled();
  expect(kinds(call)).toEqual([SNAPSHOT, SNAPSHOT]);
  w.mayLead = false;
  call.take();
  await w.settled();
  expect(kinds(call)).toEqual([SNAPSHOT, SNAPSHOT]);
  expect(call.ended).toMatchObject({ code: Status.UNAVAILABLE, details: 'not leader' });
});

test('followers at one position are sent the same bytes: a head that was made once, and the records as they are held', async () => {
  const w = new StreamsUnderTest();
  w.replica.record(5);
  const at = { ...follower, startIndex: w.replica.next };
  const [a, b] = [w.join({ ...at, name: 'a' }), w.join({ ...at, name: 'b' })];
  w.record(3);
  await w.settled();
  expect(kinds(a).slice(1)).toEqual([LIVE]);
  const [head, run] = a.pieces[1] ?? [];
  expect(b.pieces[1]?.[0]).toBe(head);
  expect(b.pieces[1]?.[1]).toBe(run);
  const held = w.replica.read(at.startIndex, { records: 3, bytes: 1 << 20 });
  expect(typeof held === 'object' && held.bytes === run).toBe(true);
});

test('a fault of ours ends a stream UNAVAILABLE, so that its follower comes back, and is counted as ours', async () => {
  const w = new StreamsUnderTest();
  const fault = new TypeError('undefined is not a function');
  w.replica.whenCaptured = () => {
    throw fault;
  };
  const call = w.join(follower);
  await w.settled();
  expect(call.ended).toMatchObject({ code: Status.UNAVAILABLE, details: 'internal error' });
  expect([w.ends, w.faults, w.places.isFree]).toEqual([['fault'], [fault], true]);
});
