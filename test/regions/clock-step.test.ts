// The wall clock of a leader or of a follower jumps while records flow. The stream goes on, and what is told of it stays true.

import type { RegionStatus } from '@syncline/proto/region.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame, reached } from './same.ts';
import { Stores } from './stores.ts';

const hourMs = 3_600_000;
/** An hour forwards, then a month back: each is longer than anything waits here. */
const steps = [hourMs, -30 * 24 * hourMs];

/** The silence after which a follower is not ready, and a leader lets one go, with what a loaded machine adds. */
const longEnoughMs = 1_500;

let stack: AsyncDisposableStack;
let leader: MemberUnderTest;
let follower: MemberUnderTest;
let stores: Stores;
let round = 0;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  leader = stack.use(await MemberUnderTest.leader({ logFrame: '16KiB' }));
  const line = stack.use(await TcpProxy.open(leader.service.port));
  follower = stack.use(await MemberUnderTest.follower(line.address, { receiveWindow: '64KiB' }));
  stores = stack.use(await Stores.fill(leader, { count: 600 }));
  await expectSame(leader, [follower]);
  line.throttle(2_000_000);
});
afterAll(() => stack.disposeAsync());

/** Lets every region change again and again for a time, and tells how the follower was after each of the changes. */
async function flow(): Promise<readonly RegionStatus[]> {
  const seen: RegionStatus[] = [];
  const endMs = performance.now() + longEnoughMs;
  while (performance.now() < endMs) {
    round += 1;
    stores.tellAll(round);
    await stores.settled();
    seen.push(await follower.status());
    await reached(leader, follower);
  }
  return seen;
}

/** Streams, but for where they are and what they are owed. */
function streamsOf({ streams }: RegionStatus) {
  return streams.map(({ name, peerAddress, sinceUnixMs }) => ({ name, peerAddress, sinceUnixMs }));
}

test.for([
  ['leader', () => leader],
  ['follower', () => follower],
] as const)(
  'the wall clock of the %s jumps to and fro while records flow: one stream, always ready, and a lag that can be',
  async ([, member]) => {
    const streams = streamsOf(await leader.status());
    const { joins, lastError } = await follower.status();
    const beganMs = performance.now();
    for (const ms of steps) {
      await member().service.stepWallClock(ms);
      const seen = await flow();
      expect(seen.filter(({ ready }) => !ready)).toEqual([]);
      const lags = seen.map(({ link }) => Number(link?.lagMs));
      expect(Math.max(...lags)).toBeGreaterThan(0);
      expect(Math.max(...lags)).toBeLessThan(performance.now() - beganMs);
    }
    expect(streamsOf(await leader.status())).toEqual(streams);
    expect(await follower.status()).toMatchObject({ joins, lastError });
    await expectSame(leader, [follower]);
  },
);
