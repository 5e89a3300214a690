// A leader that stands still: nobody stalls because it could not send, and nobody waits longer for its next word.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { decodeSyncRequest } from '../wire/sync-request.ts';
import { HeardTerms } from './heard-terms.ts';
import { HeldCall } from './held-call.fixture.ts';
import { Streams } from './streams.ts';
import { syncRegions } from './sync-regions.ts';
import { StreamsUnderTest } from './sync-stream.fixture.ts';
import { requestOf } from './world/sync-peer.ts';

const hourMs = 3_600_000;
const limits = { stallMs: 10_000, keepaliveMs: 10_000 };

/** The streams of a leader with 50 records, by a clock that knows of stops. */
function leading() {
  const w = new StreamsUnderTest(limits);
  const logger = quietLogger();
  const awake = new AwakeClock(w.clock);
  const parts = { ...w.parts, awake };
  const streams = new Streams(parts, w.turns, logger);
  w.replica.record(50);
  return {
    clock: w.clock,
    counts: w.counts,
    settled: () => w.settled(),
    /** One that takes what it is sent, or leaves it. */
    join(name: string, startIndex: number, isTaking: boolean): HeldCall {
      const call = new HeldCall(40 * 1024);
      call.isTaking = isTaking;
      streams.join(call, decodeSyncRequest(requestOf({ name, startIndex, as: 'ours' })));
      return call;
    },
    /** Where somebody asks on who lacks 45 of the records, or none. */
    early: firstOfTerm(1) + 5,
    next: w.replica.next,
    method: syncRegions({
      ...parts,
      streams,
      heard: new HeardTerms({
        replica: { term: w.replica.term, raiseTerm: () => Promise.reject(new Error('nobody is ahead')) },
        logger,
        over: () => new AbortController().signal,
      }),
      closed: () => undefined,
    }),
    [Symbol.dispose]() {
      streams[Symbol.dispose]();
      awake[Symbol.dispose]();
    },
  };
}

test('nobody is let go for a stop; one that takes nothing after it as before is, within the limit', async () => {
  using leader = leading();
  const slow = leader.join('slow', leader.early, false);
  const stuck = leader.join('stuck', leader.early, false);
  await leader.settled();
  leader.clock.advance(5_000);
  leader.clock.leap(hourMs);
  leader.clock.advance(1_000);
  expect([slow.ended, stuck.ended]).toEqual([undefined, undefined]);
  leader.clock.advance(4_100);
  leader.clock.leap(hourMs);
  slow.isTaking = true;
  slow.take();
  await leader.settled();
  leader.clock.advance(1_000);
  expect(stuck.ended).toMatchObject({ code: Status.UNAVAILABLE });
  expect([slow.ended, leader.counts.counts().streamEnds]).toEqual([
    undefined,
    [{ reason: 'stalled', count: 1 }],
  ]);
});

test('after a stop the sign of life is not put off: those who follow have waited all the while', async () => {
  using leader = leading();
  const call = leader.join('f', leader.next, true);
  await leader.settled();
  const before = call.frames.length;
  leader.clock.leap(limits.keepaliveMs);
  leader.clock.advance(limits.keepaliveMs / 10);
  expect(call.frames.slice(before).map(({ kind }) => kind)).toEqual([FrameKind.KEEPALIVE]);
});

test('a call whose first message could not be read in a stop is not silent', async () => {
  using leader = leading();
  const [late, silent] = [new HeldCall(), new HeldCall()];
  leader.method(late);
  leader.method(silent);
  leader.clock.leap(hourMs);
  leader.clock.advance(1_000);
  late.tell(requestOf({ name: 'late', startIndex: leader.next, as: 'ours' }));
  await leader.settled();
  leader.clock.advance(limits.stallMs);
  expect([late.ended, silent.ended?.details]).toEqual([undefined, 'no request came within 10000 ms']);
});
