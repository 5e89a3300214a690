// Stores and clients that reach a follower alone, and ask it to pass their calls on to the leader.

import { AllocIDRequest, PDDefinition } from '@syncline/proto/pdpb.ts';
import type { RawClientStream } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';

const layout = { count: 500 };

const endOf = (stream: RawClientStream) => new Promise((resolve) => stream.onEnd(resolve));

async function allocate(
  leader: MemberUnderTest,
  door: MemberUnderTest,
  deadlineMs?: number,
): Promise<bigint> {
  const { clusterId } = await door.status();
  const options = { metadata: leader.named, ...(deadlineMs !== undefined && { deadlineMs }) };
  const { id } = await door.connection.client(PDDefinition).allocID({ header: { clusterId } }, options);
  return id;
}

test('a cluster whose stores reach a follower alone is bootstrapped and told of through it', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address);
  await follower.ready();
  using stores = await Stores.fill(leader, layout, follower);
  stores.tellAll(1);
  await stores.settled();
  await expectSame(leader, [follower]);
  expect(await readMetric(follower.service.adminPort, 'region_forwarded_total')).toBeGreaterThanOrEqual(6);
  expect((await leader.status()).ledger?.received).toBe(1n + 2n * BigInt(layout.count));
});

test('a leader that is killed ends what was passed on, and the follower passes on again when it is back', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address);
  await follower.ready();
  using stores = await Stores.fill(leader, layout, follower);
  const before = await allocate(leader, follower);
  await leader.kill();
  expect(await stores.ended).toMatchObject({ code: Status.UNAVAILABLE });
  await expect(allocate(leader, follower)).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  await leader.restart();
  const after = await until(() => allocate(leader, follower), {
    deadlineMs: 5_000,
    describe: 'an id from the leader that is back',
  });
  expect(after).toBeGreaterThan(before);
  using again = await Stores.fill(leader, layout, follower);
  again.tellAll(2);
  await again.settled();
  await expectSame(leader, [follower]);
});

test('a leader that is silent keeps nobody: a call ends at its deadline, a stream by keepalive', async () => {
  await using leader = await MemberUnderTest.leader();
  await using line = await TcpProxy.open(leader.service.port);
  await leader.restart({ clientUrls: `http://${line.address}` });
  await using follower = await MemberUnderTest.follower(leader.address, {
    leaderKeepalive: '5s',
    leaderKeepaliveTimeout: '1s',
    defaultDeadline: '1s',
  });
  const { clusterId } = await follower.ready();
  const options = { metadata: Metadata({ 'pd-forwarded-host': `http://${line.address}` }) };
  const { connection } = follower;
  const pd = connection.client(PDDefinition);
  const allocated = () => pd.allocID({ header: { clusterId } }, { ...options, deadlineMs: 1_000 });
  await allocated();
  const ended = endOf(connection.raw('/pdpb.PD/RegionHeartbeat', options));
  line.halfOpen();
  const begun = performance.now();
  await expect(allocated()).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  // Who sets no deadline has the follower's.
  const patient = connection.raw('/pdpb.PD/AllocID', options);
  patient.write(AllocIDRequest.encode(AllocIDRequest.fromPartial({ header: { clusterId } })).finish());
  patient.halfClose();
  expect(await endOf(patient)).toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await ended).toMatchObject({ code: Status.UNAVAILABLE });
  // Nothing of it has to do with the sync, which has its own line.
  expect((await follower.status()).ready).toBe(true);
}, 30_000);

test('a follower that stops ends what it passes on', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address);
  await follower.ready();
  using stores = await Stores.fill(leader, layout, follower);
  follower.service.kill('SIGTERM');
  expect(await stores.ended).toMatchObject({ code: Status.UNAVAILABLE });
  expect(await follower.exited).toEqual({ code: 0, signal: null });
});
