// Rows that no load balancer can use, from an NSP that passes on everything, as Meridio's does with targets: each is
// told by name, field and value, and counted; those beside it are used.

import { Flow, Stream } from '@syncline/proto/nsp-model.ts';
import { Target } from '@syncline/proto/nsp-targetregistry.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { conduitMessage, streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { LoadBalancerUnderTest } from './load-balancer-under-test.ts';
import { NspUnderTest, web } from './nsp-under-test.ts';
import { ScriptedNsp } from './scripted-nsp.ts';

const edge = { trench: 'demo', conduit: 'edge' };
const webStream = streamMessage({ ...edge, stream: 'web' });

const flow = (name: string, rest: Parameters<typeof Flow.fromPartial>[0] = {}): Flow =>
  Flow.fromPartial({ name, priority: 1, stream: webStream, vips: [{ address: '20.0.0.1/32' }], ...rest });
const target = (ip: string, identifier: string, stream: object = webStream): Target =>
  Target.fromPartial({ ips: ip === '' ? [] : [ip], context: { identifier }, stream });

/** What was refused, by the log, when it has told of so many rows. */
async function refusedRows({ service }: LoadBalancerUnderTest, count: number): Promise<string[]> {
  const look = () =>
    service.logs
      .map((line) => JSON.parse(line) as { msg: string; row: string; reason: string })
      .filter(({ msg }) => msg === 'a row of the NSP is not used')
      .map(({ row, reason }) => `${row}: ${reason}`);
  const describe = `${count} rows in the log`;
  const rows = await until(look, { deadlineMs: 5_000, describe, accept: ({ length }) => length >= count });
  return rows.toSorted();
}

test('each row that cannot be used is told and counted, and the others are used', async () => {
  await using nsp = await ScriptedNsp.start();
  nsp.conduits.set([
    { ...conduitMessage(edge), destinationPortNats: [] },
    { name: 'lost', trench: undefined, destinationPortNats: [] },
  ]);
  nsp.streams.set([
    Stream.fromPartial({ ...webStream, maxTargets: 10 }),
    Stream.fromPartial({ ...streamMessage({ ...edge, stream: 'huge' }), maxTargets: 10_001 }),
    Stream.fromPartial({ name: 'orphan' }),
  ]);
  nsp.flows.set([
    flow('good'),
    flow('address', { priority: 9, vips: [{ address: '20.0.0.1' }] }),
    flow('subnet', { priority: 9, sourceSubnets: ['10.0.0.0/8', '10/8'] }),
    flow('protocol', { priority: 9, protocols: ['http'] }),
    flow('port', { priority: 9, destinationPortRanges: ['80', '65536'] }),
    flow('bytes', { priority: 9, byteMatches: ['tcp[0:1]=0x100'] }),
    flow('streamless', { priority: 9, stream: undefined }),
  ]);
  nsp.targets.set([
    target('172.16.0.1/24', '1'),
    target('172.16.0.2/24', '2'),
    target('172.16.0.22/24', '2'),
    target('172.16.0.300/24', '3'),
    target('', '4'),
    target('172.16.0.11/24', '11'),
    target('172.16.0.12/24', 'twelve'),
    target('172.16.0.13/24', '3', streamMessage({ ...edge, stream: 'dns' })),
    target('172.16.0.14/24', '3', { name: 'web' }),
  ]);
  await using balancer = await LoadBalancerUnderTest.start(nsp.address);
  await balancer.isReady();

  expect(await refusedRows(balancer, 16)).toEqual([
    'conduit lost.: trench cannot be nil',
    'flow address of stream web.edge.demo: vip "20.0.0.1": it has no prefix length: write address/length',
    'flow bytes of stream web.edge.demo: byte match "tcp[0:1]=0x100": the value has more bytes than 1',
    'flow port of stream web.edge.demo: destination port range "65536": not any, a port from 0 to 65535, or first-last',
    'flow protocol of stream web.edge.demo: protocol "http": not one of tcp, udp, sctp',
    'flow streamless of stream ..: stream cannot be nil',
    'flow subnet of stream web.edge.demo: source subnet "10/8": not an IPv4 or IPv6 address',
    'stream huge.edge.demo: max-targets 10001: not 1 to 10000',
    'stream orphan..: conduit cannot be nil',
    'target  of stream web.edge.demo: ips not set',
    'target 172.16.0.11/24 of stream web.edge.demo: identifier "11": not a whole number from 1 to 10',
    'target 172.16.0.12/24 of stream web.edge.demo: identifier "twelve": not a whole number from 1 to 10',
    'target 172.16.0.13/24 of stream dns.edge.demo: the NSP knows no such stream',
    'target 172.16.0.14/24 of stream web..: the NSP knows no such stream',
    'target 172.16.0.2/24 of stream web.edge.demo: identifier 2 is also that of 172.16.0.22/24, which comes later',
    'target 172.16.0.300/24 of stream web.edge.demo: ip "172.16.0.300/24": not an IPv4 or IPv6 address',
  ]);
  const stats = await balancer.stats();
  expect([stats.refusedRows.length, stats.refusedRowCount]).toEqual([16, 16]);
  expect(stats.refusedRows[0]).toEqual({
    row: 'conduit lost.',
    field: 'trench',
    reason: 'trench cannot be nil',
  });
  const { targets } = await balancer.stream('web');
  expect(targets.map(({ identifier, ips }) => [identifier, ...ips])).toEqual([
    [1, '172.16.0.1/24'],
    [2, '172.16.0.22/24'],
  ]);
  expect((await balancer.lookup()).outcome).toMatchObject({ value: { flow: 'good' } });
  const { adminPort } = balancer.service;
  const present = (kind: string) => readMetric(adminPort, 'load_balancer_rows_refused', { kind });
  expect(await Promise.all(['conduits', 'streams', 'flows', 'targets'].map(present))).toEqual([1, 2, 6, 7]);
  const refused = (field: string) => readMetric(adminPort, 'load_balancer_rows_refused_total', { field });
  expect(await refused('duplicate')).toBe(1);
  expect(await refused('identifier')).toBe(2);

  nsp.targets.set([target('172.16.0.1/24', '1'), target('172.16.0.2/24', '2')]);
  await until(() => present('targets'), {
    deadlineMs: 5_000,
    describe: 'no refusal',
    accept: (n) => n === 0,
  });
  expect(await refused('duplicate')).toBe(1);
  expect((await balancer.stats()).refusedRowCount).toBe(9);
});

test('what a real NSP lets pass and the tables cannot hold is told as well', async () => {
  await using nsp = await NspUnderTest.start([{ ...web, maxTargets: 3 }]);
  await nsp.enable([1, 4]);
  await nsp.enable([2], 'elsewhere');
  await nsp.enable([3], 'web', () => '172.17.0.3/16');
  await nsp.enable([3], 'web', () => '172.18.0.3/16');
  await using balancer = await LoadBalancerUnderTest.start(nsp.service.address);
  await balancer.hasTargets('web', [1, 3]);
  expect(await refusedRows(balancer, 3)).toEqual([
    'target 172.16.0.2/16 of stream elsewhere.edge.demo: the NSP knows no such stream',
    'target 172.16.0.4/16 of stream web.edge.demo: identifier "4": not a whole number from 1 to 3',
    expect.stringMatching(/^target 172\.1[78]\..*: identifier 3 is also that of .*, which comes later$/),
  ]);
});

test('flows and streams beyond the bounds are refused, and the setting is named', async () => {
  await using nsp = await ScriptedNsp.start();
  nsp.conduits.set([{ ...conduitMessage(edge), destinationPortNats: [] }]);
  nsp.streams.set(
    ['web', 'x', 'y'].map((name) =>
      Stream.fromPartial({ ...streamMessage({ ...edge, stream: name }), maxTargets: 1 }),
    ),
  );
  nsp.flows.set([flow('first', { priority: 2 }), flow('second')]);
  nsp.targets.set([target('172.16.0.1/24', '1')]);
  await using balancer = await LoadBalancerUnderTest.start(nsp.address, {
    SYNCLINE_LOAD_BALANCER_MAX_FLOWS: '1',
    SYNCLINE_LOAD_BALANCER_MAX_SLOTS: '194',
  });
  await balancer.isReady();
  expect(await refusedRows(balancer, 2)).toEqual([
    'flow second of stream web.edge.demo: there are more flows than SYNCLINE_LOAD_BALANCER_MAX_FLOWS=1',
    'stream y.edge.demo: its table of 97 slots does not fit: 194 of SYNCLINE_LOAD_BALANCER_MAX_SLOTS=194 are taken',
  ]);
  expect((await balancer.lookup()).outcome).toMatchObject({ value: { flow: 'first', identifier: 1 } });
});

test('a list longer than is taken loses the watch, and readiness names the reason', async () => {
  await using nsp = await ScriptedNsp.start();
  nsp.conduits.set([{ ...conduitMessage(edge), destinationPortNats: [] }]);
  nsp.targets.set(Array.from({ length: 200 }, (_, i) => target(`172.16.0.${i}/24`, String(i + 1))));
  await using balancer = await LoadBalancerUnderTest.start(nsp.address, {
    SYNCLINE_LOAD_BALANCER_MAX_MESSAGE: '4KiB',
  });
  const { reason } = await until(() => balancer.service.readiness(), {
    deadlineMs: 10_000,
    describe: 'the reason',
    accept: (readiness) => readiness.reason?.includes('targets') === true,
  });
  expect(reason).toMatch(/no targets: RESOURCE_EXHAUSTED: .*larger than max/);
});
