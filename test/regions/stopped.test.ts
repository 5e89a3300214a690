// A member that is stopped and goes on: nobody is given up for the time in which nobody could be heard.

import { setTimeout as delay } from 'node:timers/promises';
import { Phase } from '@syncline/proto/region.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';

const patient = { receiveWindow: '64KiB', silence: '30s' };

const ends = (leader: MemberUnderTest, labels = {}) =>
  readMetric(leader.service.adminPort, 'region_stream_end_total', labels);

/** A process stands still for a time. */
async function stop({ service }: MemberUnderTest, ms: number): Promise<void> {
  service.kill('SIGSTOP');
  await delay(ms);
  service.kill('SIGCONT');
}

test('a leader stopped for longer than anybody may stall ends the stream of the one that does stall, within the limit', async () => {
  await using leader = await MemberUnderTest.leader({ logFrame: '16KiB', stall: '2s' });
  await using lines = new AsyncDisposableStack();
  const [slowLine, deadLine] = [
    lines.use(await TcpProxy.open(leader.service.port)),
    lines.use(await TcpProxy.open(leader.service.port)),
  ];
  await using slow = await MemberUnderTest.follower(slowLine.address, { ...patient, name: 'slow' });
  await using stuck = await MemberUnderTest.follower(deadLine.address, { ...patient, name: 'stuck' });
  using stores = await Stores.fill(leader, { count: 2_000 });
  await expectSame(leader, [slow, stuck]);
  const { joins } = await slow.status();

  slowLine.halfOpen();
  deadLine.halfOpen();
  stores.tellAll(1);
  await leader.becomes(
    'both being owed what does not get through',
    ({ streams }) => streams.length === 2 && streams.every(({ blockedMs }) => blockedMs > 0n),
  );
  const stopped = stop(leader, 3_000);
  await slowLine.heal();
  await stopped;

  await until(() => ends(leader), { deadlineMs: 6_000, describe: 'the end of the stuck one' });
  expect(await ends(leader, { reason: 'stalled' })).toBe(1);
  await expectSame(leader, [slow]);
  expect((await leader.status()).streams.map(({ name }) => name)).toEqual(['slow']);
  await deadLine.heal();
  await expectSame(leader, [slow, stuck]);
  expect((await slow.status()).joins).toEqual(joins);
  expect(await ends(leader)).toBe(1);
});

test('a follower stopped for longer than its leader may be silent is not ready until it hears it, on the same stream', async () => {
  await using leader = await MemberUnderTest.leader({ stall: '30s' });
  await using line = await TcpProxy.open(leader.service.port);
  await using follower = await MemberUnderTest.follower(line.address, { silence: '3s' });
  using stores = await Stores.fill(leader, { count: 100 });
  await expectSame(leader, [follower]);
  const { joins, lastError } = await follower.status();

  line.halfOpen();
  await stop(follower, 4_000);
  const old = await follower.status();
  expect(old).toMatchObject({ ready: false, phase: Phase.LIVE, lastError });
  expect(old.notReadyReason).toMatch(/^nothing was heard of the leader for \d+ ms$/);
  expect(Number(old.link?.lastFrameAgeMs)).toBeGreaterThan(3_000);

  await line.heal();
  await follower.ready();
  stores.tellAll(1);
  await stores.settled();
  await expectSame(leader, [follower]);
  expect(await follower.status()).toMatchObject({ joins, lastError });
});
