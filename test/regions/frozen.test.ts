// F7, F8: followers that take nothing, frozen or with a full window. Their slowness is their own.

import { readFile } from 'node:fs/promises';
import { Phase } from '@syncline/proto/region.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame, reached } from './same.ts';
import { Stores, span } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

const layout = { count: 2_000 };
const smallFrames: Settings = { snapshotFrame: '16KiB', logFrame: '16KiB', stall: '2s' };

const stalled = (leader: MemberUnderTest) =>
  readMetric(leader.service.adminPort, 'region_stream_end_total', { reason: 'stalled' });

/** Changes regions one after the other and waits for each at the follower; the longest wait, in ms. */
async function slowestChange(
  leader: MemberUnderTest,
  follower: MemberUnderTest,
  stores: Stores,
  round: number,
): Promise<number> {
  let slowest = 0;
  for (let n = 0; n < 30; n++) {
    const begun = performance.now();
    const { nextIndex } = await leader.status();
    stores.tell([n], { round });
    await follower.becomes('the change being there', (status) => status.nextIndex > nextIndex);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return slowest;
}

test.for([
  { phase: Phase.SNAPSHOT, when: 'in a snapshot' },
  { phase: Phase.REPLAYING, when: 'in a replay' },
  { phase: Phase.LIVE, when: 'live' },
])(
  'F7: one that is frozen $when is let go; another does not notice; it comes back by itself',
  async ({ phase }) => {
    await using leader = await MemberUnderTest.leader(smallFrames);
    await using line = await TcpProxy.open(leader.service.port);
    await using frozen = await MemberUnderTest.follower(line.address, {
      receiveWindow: '64KiB',
      silence: '20s',
      name: 'frozen',
    });
    await using other = await MemberUnderTest.follower(leader.address, { name: 'other' });
    using stores = await Stores.fill(leader, layout);
    await expectSame(leader, [frozen, other]);
    if (phase === Phase.REPLAYING) {
      line.cut();
      line.refuse();
      for (let round = 1; round <= 3; round++) stores.tellAll(round);
      await stores.settled();
      await line.heal();
    }
    if (phase !== Phase.LIVE) line.throttle(200_000);
    if (phase === Phase.SNAPSHOT) await frozen.reset();
    await frozen.reaches(phase);
    frozen.service.kill('SIGSTOP');
    for (let round = 4; round <= 6; round++) stores.tellAll(round);
    await stores.settled();
    await reached(leader, other);
    expect(await slowestChange(leader, other, stores, 7)).toBeLessThan(1_000);
    await until(() => stalled(leader), { deadlineMs: 10_000, describe: 'the end of the frozen one' });
    expect((await leader.status()).streams.map(({ name }) => name)).toEqual(['other']);
    const { joins } = await other.status();
    await line.heal();
    frozen.service.kill('SIGCONT');
    await expectSame(leader, [frozen, other]);
    expect((await other.status()).joins).toEqual(joins);
    // What it had of the records is on its disk: only one that was in a snapshot begins again.
    expect((await frozen.status()).joins?.snapshot).toBe(phase === Phase.SNAPSHOT ? 3n : 1n);
  },
);

test('F8: a reader that stops reading is cut off, and until then costs the leader two frames', async () => {
  await using leader = await MemberUnderTest.leader({ stall: '20s', tailBytes: '1MiB', logFrame: '256KiB' });
  await using follower = await MemberUnderTest.follower(leader.address);
  const long = { count: 1_000, keyBytes: 1_000 };
  using stores = await Stores.join(leader, long);
  for (let round = 0; round < 5; round++) stores.tellAll(round);
  await stores.settled(30_000);
  await expectSame(leader, [follower]);
  using reader = await SyncReader.ask(leader, { name: 'stuck' });
  await reader.completed();
  reader.pause();
  let round = 5;
  /** 2 MB a round that nobody may keep for it. */
  const goOn = async (rounds: number) => {
    for (const end = round + rounds; round < end; round++) {
      stores.tellAll(round);
      await stores.settled(30_000);
      const { streams } = await leader.status();
      const { queuedBytes = Number.NaN } = streams.find(({ name }) => name === 'stuck') ?? {};
      expect(Number(queuedBytes)).toBeLessThan(2 * 256 * 1_024 + 4_096);
    }
  };
  await goOn(10);
  const before = await residentBytes(leader);
  await goOn(40);
  // Half of what the reader has not read: the rest is the heap's own ups and downs.
  expect((await residentBytes(leader)) - before).toBeLessThan(40 << 20);
  await until(() => stalled(leader), { deadlineMs: 30_000, describe: 'the end of the stuck one' });
  expect((await leader.status()).streams.length).toBe(1);
  await expectSame(leader, [follower]);
  reader.resume();
  expect((await reader.end()).code).not.toBe(Status.OK);
});

test('a slow follower does not delay another, and both get everything', async () => {
  await using leader = await MemberUnderTest.leader(smallFrames);
  await using line = await TcpProxy.open(leader.service.port);
  await using slow = await MemberUnderTest.follower(line.address, { receiveWindow: '64KiB', name: 'slow' });
  await using other = await MemberUnderTest.follower(leader.address, { name: 'other' });
  using stores = await Stores.fill(leader, layout);
  await expectSame(leader, [slow, other]);
  line.throttle(500_000);
  for (let round = 1; round <= 4; round++) stores.tell(span(0, 1_000), { round });
  await stores.settled();
  await reached(leader, other);
  const { nextIndex } = await leader.status();
  expect((await slow.status()).nextIndex).toBeLessThan(nextIndex);
  expect(await slowestChange(leader, other, stores, 5)).toBeLessThan(1_000);
  await expectSame(leader, [slow, other]);
  expect(await stalled(leader)).toBe(0);
});

async function residentBytes(member: MemberUnderTest): Promise<number> {
  const text = await readFile(`/proc/${member.service.pid}/status`, 'utf8');
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(text) ?? [];
  return Number(kib) * 1_024;
}
