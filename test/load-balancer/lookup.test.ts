// Lookups, shares and what a change moves, by what a real NSP says.

import { Dropped_Reason as DropReason, type StreamStats } from '@syncline/proto/loadbalancer-admin.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoadBalancerUnderTest, webPacket } from './load-balancer-under-test.ts';
import { NspUnderTest, web } from './nsp-under-test.ts';

const running = new AsyncDisposableStack();
let nsp: NspUnderTest;
let balancer: LoadBalancerUnderTest;

beforeAll(async () => {
  nsp = running.use(await NspUnderTest.start());
  balancer = running.use(await LoadBalancerUnderTest.start(nsp.service.address));
  await balancer.isReady();
});
afterAll(() => running.disposeAsync());

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const packets = 400;

test('a stream without targets drops, and says which flow and stream', async () => {
  const value = { reason: DropReason.NO_TARGET, flow: 'http', stream: 'web' };
  expect((await balancer.lookup()).outcome).toEqual({ $case: 'dropped', value });
});

test('ten targets share the stream within one slot, and replicas agree on every packet', async () => {
  await nsp.enable(upTo(10));
  await balancer.hasTargets('web', upTo(10));
  const { tableSize, filledSlots, targets } = await balancer.stream('web');
  expect([tableSize, filledSlots]).toEqual([9_973, 9_973]);
  expect(new Set(targets.map(({ slots }) => slots))).toEqual(new Set([997, 998]));
  expect(targets.map(({ share }) => share)).toEqual(targets.map(({ slots }) => slots / 9_973));
  await using replica = await LoadBalancerUnderTest.start(nsp.service.address);
  await replica.hasTargets('web', upTo(10));
  expect(await replica.identifiers(packets)).toEqual(await balancer.identifiers(packets));
});

test('a target that leaves moves its own packets, and less than 2 % of the others', async () => {
  const before = await balancer.identifiers(packets);
  const left = (await balancer.stream('web')).targets.find(({ identifier }) => identifier === 4);
  await nsp.remove([4]);
  await balancer.hasTargets('web', [1, 2, 3, 5, 6, 7, 8, 9, 10]);
  const { lastChange, tableSize } = await balancer.stream('web');
  expect(lastChange).toMatchObject({ targetsAdded: 0, targetsRemoved: 1 });
  const { remappedSlots = 0, collateralSlots = 0 } = lastChange ?? {};
  expect(remappedSlots).toBe((left?.slots ?? 0) + collateralSlots);
  expect(collateralSlots / tableSize).toBeLessThan(0.02);
  const after = await balancer.identifiers(packets);
  const moved = before.filter((identifier, i) => identifier !== 4 && identifier !== after[i]);
  expect(moved.length / packets).toBeLessThan(0.05);
  expect(after).not.toContain(4);
});

test('a target that comes back with its identifier takes the packets it had', async () => {
  const before = await balancer.identifiers(packets);
  await nsp.enable([4]);
  await balancer.hasTargets('web', upTo(10));
  await nsp.remove([4]);
  await balancer.hasTargets('web', [1, 2, 3, 5, 6, 7, 8, 9, 10]);
  expect(await balancer.identifiers(packets)).toEqual(before);
});

test('an address that changes moves the slots of its target alone', async () => {
  const slotsOf = ({ targets }: StreamStats) => targets.map(({ identifier, slots }) => [identifier, slots]);
  const before = await balancer.stream('web');
  await nsp.enable([5], 'web', () => '172.17.0.5/16');
  const after = await until(() => balancer.stream('web'), {
    deadlineMs: 10_000,
    describe: 'the new address of target 5',
    accept: ({ targets }) => targets.some(({ ips }) => ips.includes('172.17.0.5/16')),
  });
  expect(slotsOf(after)).toEqual(slotsOf(before));
  expect(after.lastChange).toMatchObject({
    targetsAdded: 1,
    targetsRemoved: 1,
    remappedSlots: before.targets.find(({ identifier }) => identifier === 5)?.slots,
    collateralSlots: 0,
  });
});

test('no flow, no packet; an echo goes by its addresses alone', async () => {
  const noFlow = { $case: 'dropped', value: { reason: DropReason.NO_FLOW, flow: '', stream: '' } };
  for (const packet of [
    { destinationPort: 81 },
    { protocol: 'udp' },
    { destinationIp: '20.0.0.2' },
    { sourceIp: 'fd00::1', destinationIp: '2001:db8::1' },
  ]) {
    expect((await balancer.lookup(packet)).outcome).toEqual(noFlow);
  }
  expect((await balancer.lookup({}, 'core')).outcome).toEqual(noFlow);
  const echo = { protocol: 'icmp', sourcePort: 0, destinationPort: 0 };
  expect((await balancer.lookup(echo)).outcome).toMatchObject({
    $case: 'forwarded',
    value: { flow: 'http' },
  });
});

test('what is no packet, and a conduit that is none, is refused by field and value', async () => {
  const refusal = (code: Status, details: string) => ({ code, details });
  const { INVALID_ARGUMENT: invalid } = Status;
  await expect(balancer.lookup({ sourceIp: '10.0.0.256' })).rejects.toMatchObject(
    refusal(invalid, 'packet.source_ip "10.0.0.256": not an IPv4 or IPv6 address'),
  );
  await expect(balancer.lookup({ protocol: 'gre' })).rejects.toMatchObject(
    refusal(invalid, 'packet.protocol "gre": not one of tcp, udp, sctp, icmp'),
  );
  await expect(balancer.lookup({ destinationPort: 65_536 })).rejects.toMatchObject(
    refusal(invalid, 'packet.destination_port "65536": not a port from 0 to 65535'),
  );
  await expect(balancer.lookup({ destinationIp: '2001:db8::1' })).rejects.toMatchObject({ code: invalid });
  await expect(balancer.client.lookup({ trench: 'demo', conduit: 'edge' })).rejects.toMatchObject(
    refusal(invalid, 'packet: it is required'),
  );
  await expect(balancer.lookup({}, '')).rejects.toMatchObject(
    refusal(invalid, 'conduit "": the name is empty'),
  );
  await expect(balancer.lookup({}, 'moon')).rejects.toMatchObject(
    refusal(Status.NOT_FOUND, 'conduit "moon" of trench "demo": the NSP knows no such conduit'),
  );
  const moonless = balancer.client.lookup({ trench: 'moon', conduit: 'edge', packet: webPacket });
  await expect(moonless).rejects.toMatchObject({ code: Status.NOT_FOUND });
  const hasty = balancer.client.watchStats({ intervalMs: 99 })[Symbol.asyncIterator]().next();
  await expect(hasty).rejects.toMatchObject(
    refusal(invalid, 'interval_ms 99: expected 100 to 60000, or 0 for 1000'),
  );
});

test('lookups are counted by outcome, stream and target', async () => {
  const counts = async () => {
    const { streams, droppedNoFlow } = await balancer.stats();
    const targets = streams.flatMap((stream) => stream.targets);
    const ofTargets = targets.reduce((sum, target) => sum + target.lookups, 0n);
    const labels = { outcome: 'forwarded' };
    const metric = await readMetric(balancer.service.adminPort, 'load_balancer_lookups_total', labels);
    return [droppedNoFlow, streams[0]?.lookups ?? 0n, ofTargets, BigInt(metric)];
  };
  const before = await counts();
  await balancer.identifiers(20);
  await balancer.lookup({ destinationPort: 81 });
  const after = await counts();
  expect(after.map((count, i) => count - (before[i] ?? 0n))).toEqual([1n, 20n, 20n, 20n]);
});

test('a configuration that changes is followed: priorities, byte matches, streams', async () => {
  const special = { name: 'special', maxTargets: 10 };
  const flow = {
    name: 'marked',
    vips: ['20.0.0.1/32'],
    ports: ['80'],
    byteMatches: ['tcp[0:2]&0xff00=0x4200'],
  };
  await nsp.configure([web, { ...special, flows: [{ ...flow, priority: 9 }] }]);
  await nsp.enable([3], 'special');
  await balancer.hasTargets('special', [3]);
  const marked = { payload: Uint8Array.of(0x42, 7) };
  expect((await balancer.lookup(marked)).outcome).toMatchObject({ value: { flow: 'marked', identifier: 3 } });
  expect((await balancer.lookup()).outcome).toMatchObject({ value: { flow: 'http', stream: 'web' } });
  await nsp.configure([web, { ...special, flows: [{ ...flow, priority: 0 }] }]);
  await until(() => balancer.lookup(marked), {
    deadlineMs: 10_000,
    describe: 'the flow of the higher priority',
    accept: ({ outcome }) => outcome?.$case === 'forwarded' && outcome.value.flow === 'http',
  });
  await nsp.configure([web]);
  await until(() => balancer.stats(), {
    deadlineMs: 10_000,
    describe: 'one stream',
    accept: ({ streams }) => streams.length === 1,
  });
});

test('whoever watches the streams or the tables is told at once, and at each change', async () => {
  const watch = new AbortController();
  const available = balancer.available(watch.signal);
  const watched = balancer.watchedTargets('web', watch.signal);
  expect((await available.next()).value).toEqual(['web.edge.demo']);
  const present = (await watched.next()).value ?? [];
  expect(present).toContain(1);
  await nsp.remove(present);
  await nsp.remove([5], 'web', () => '172.17.0.5/16');
  expect((await available.next()).value).toEqual([]);
  await nsp.enable([1]);
  expect((await available.next()).value).toEqual(['web.edge.demo']);
  for await (const targets of watched) if (targets.join() === '1') break;
  watch.abort();
});
