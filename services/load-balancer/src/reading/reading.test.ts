import { conduitKey, streamKey } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { finish } from '../finish.fixture.ts';
import type { FlowRow } from '../flow/flow.ts';
import { parsePacket } from '../packet/packet.ts';
import type { TargetRow } from '../stream/target.ts';
import { readConduits } from './conduits.ts';
import { readFlows } from './flows.ts';
import { readStreams } from './streams.ts';
import { readTargets } from './targets.ts';

const web = { trench: 'demo', conduit: 'edge', stream: 'web' };
const dns = { ...web, stream: 'dns' };
const roomy = { maxStreams: 100, maxSlots: 1e6 };
const [webKey, dnsKey] = [streamKey(web), streamKey(dns)];
const streamRow = (stream: string, maxTargets: number) => ({
  ...streamMessage({ ...web, stream }),
  maxTargets,
});

test('a conduit without trench is told, and the others are read', () => {
  const rows = [{ name: 'edge', trench: { name: 'demo' } }, { name: 'lost' }];
  const { value, refused } = finish(readConduits(rows));
  expect([...value]).toEqual([conduitKey({ trench: 'demo', conduit: 'edge' })]);
  expect(refused).toEqual([{ row: 'conduit lost.', field: 'trench', reason: 'trench cannot be nil' }]);
});

test('a stream without max-targets has 100, and one with too many is none', () => {
  const { value, refused } = finish(
    readStreams([streamRow('web', 0), streamRow('dns', 10_001), { name: 'x', maxTargets: 1 }], roomy),
  );
  expect(value).toEqual(new Map([[webKey, { name: web, maxTargets: 100 }]]));
  expect(refused).toEqual([
    { row: 'stream x..', field: 'conduit', reason: 'conduit cannot be nil' },
    {
      row: 'stream dns.edge.demo',
      field: 'max-targets',
      reason: 'max-targets 10001: not 1 to 10000',
    },
  ]);
});

test('streams have room for their tables up to the bound, in the order of their names', () => {
  const rows = [streamRow('c', 10), streamRow('a', 10), streamRow('b', 10)];
  expect(finish(readStreams(rows, { ...roomy, maxSlots: 2 * 997 })).refused).toEqual([
    {
      row: 'stream c.edge.demo',
      field: 'bound',
      reason: 'its table of 997 slots does not fit: 1994 of SYNCLINE_LOAD_BALANCER_MAX_SLOTS=1994 are taken',
    },
  ]);
  expect(finish(readStreams(rows, { ...roomy, maxSlots: 3 * 997 })).refused).toEqual([]);
  expect(finish(readStreams(rows, { ...roomy, maxStreams: 2 })).refused).toEqual([
    {
      row: 'stream c.edge.demo',
      field: 'bound',
      reason: 'there are more streams than SYNCLINE_LOAD_BALANCER_MAX_STREAMS=2',
    },
  ]);
});

const flowRow = (name: string, priority: number, change: Partial<FlowRow> = {}): FlowRow => ({
  name,
  priority,
  stream: streamMessage(web),
  sourceSubnets: [],
  destinationPortRanges: [],
  sourcePortRanges: [],
  protocols: [],
  vips: [{ address: '20.0.0.1/32' }],
  byteMatches: [],
  ...change,
});
const packet = parsePacket({
  sourceIp: '10.0.0.1',
  destinationIp: '20.0.0.1',
  protocol: 'tcp',
  sourcePort: 1,
  destinationPort: 80,
  payload: new Uint8Array(),
});

test('a flow that cannot be read takes no packets, and the others take theirs', () => {
  const rows = [
    flowRow('low', 1),
    flowRow('bad', 9, { protocols: ['http'] }),
    flowRow('orphan', 8, { stream: undefined }),
    flowRow('wrong', 7, { sourceSubnets: ['10.0.0.0/40'] }),
    flowRow('off', 6, { destinationPortRanges: ['80-99999'] }),
  ];
  const { value, refused } = finish(readFlows(rows, 100));
  expect(value.get(conduitKey(web))?.flowOf(packet)?.name).toBe('low');
  expect(refused).toEqual([
    {
      row: 'flow bad of stream web.edge.demo',
      field: 'protocol',
      reason: 'protocol "http": not one of tcp, udp, sctp',
    },
    { row: 'flow orphan of stream ..', field: 'stream', reason: 'stream cannot be nil' },
    {
      row: 'flow wrong of stream web.edge.demo',
      field: 'source subnet',
      reason: 'source subnet "10.0.0.0/40": the prefix length is not 0 to 32',
    },
    {
      row: 'flow off of stream web.edge.demo',
      field: 'destination port range',
      reason: 'destination port range "80-99999": not any, a port from 0 to 65535, or first-last',
    },
  ]);
});

test('of more flows than the bound the lowest priorities are refused', () => {
  const { value, refused } = finish(readFlows([flowRow('low', 1), flowRow('high', 2)], 1));
  expect(value.get(conduitKey(web))?.flowOf(packet)?.name).toBe('high');
  expect(refused).toEqual([
    {
      row: 'flow low of stream web.edge.demo',
      field: 'bound',
      reason: 'there are more flows than SYNCLINE_LOAD_BALANCER_MAX_FLOWS=1',
    },
  ]);
});

const specs = new Map([
  [webKey, { name: web, maxTargets: 3 }],
  [dnsKey, { name: dns, maxTargets: 3 }],
]);
const targetRow = (identifier: string, ip: string, name = web): TargetRow => ({
  ips: [ip],
  context: { identifier },
  stream: streamMessage(name),
});

test('targets go to their streams; those of a stream that is not known, or out of range, are told', () => {
  const rows = [
    targetRow('1', '172.16.0.1/24'),
    targetRow('1', '172.16.0.2/24', dns),
    targetRow('4', '172.16.0.4/24'),
    targetRow('2', '172.16.0.5/24', { ...web, stream: 'gone' }),
    { ips: ['172.16.0.6/24'], context: { identifier: '2' } },
  ];
  const { value, refused } = finish(readTargets(rows, specs));
  expect(value.get(webKey)).toMatchObject(new Map([[1, { ips: ['172.16.0.1/24'] }]]));
  expect(value.get(dnsKey)).toMatchObject(new Map([[1, { ips: ['172.16.0.2/24'] }]]));
  expect(refused.map(({ row, field }) => [row, field])).toEqual([
    ['target 172.16.0.4/24 of stream web.edge.demo', 'identifier'],
    ['target 172.16.0.5/24 of stream gone.edge.demo', 'stream'],
    ['target 172.16.0.6/24 of stream ..', 'stream'],
  ]);
});

test('of two targets with one identifier the last counts, and the other is told', () => {
  const rows = [targetRow('2', '172.16.0.1/24'), targetRow('2', '172.16.0.2/24')];
  const { value, refused } = finish(readTargets(rows, specs));
  expect(value.get(webKey)?.get(2)?.ips).toEqual(['172.16.0.2/24']);
  expect(refused).toEqual([
    {
      row: 'target 172.16.0.1/24 of stream web.edge.demo',
      field: 'duplicate',
      reason: 'identifier 2 is also that of 172.16.0.2/24, which comes later',
    },
  ]);
});
