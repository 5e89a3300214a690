// Requests that cannot be meant: a status and a text that name what is wrong, and nothing changed.

import { Connection, type Connection as ConnectionMessage } from '@syncline/proto/connection.ts';
import { ConnectionContext } from '@syncline/proto/connectioncontext.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestMessage, serviceOf, trench } from '../../services/proxy/src/world/request.fixture.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

const { INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED } = Status;
let proxy: ProxyUnderTest;

beforeAll(async () => {
  proxy = await (await ProxyUnderTest.start({ connections: '2', watchers: '2' })).ready();
});
afterAll(() => proxy[Symbol.asyncDispose]());

const refusal = (code: Status, text: string) => ({ code, details: expect.stringContaining(text) as string });
const ip = (ipContext: Parameters<typeof ConnectionContext.fromPartial>[0]['ipContext']) => ({
  context: ConnectionContext.fromPartial({ ipContext }),
});

test.for<readonly [string, Partial<ConnectionMessage>, Status, string]>([
  ['no network service', { networkService: '' }, INVALID_ARGUMENT, 'network service ""'],
  [
    'another kind of service',
    { networkService: 'lb.edge.t.default' },
    INVALID_ARGUMENT,
    'not proxy.<conduit>',
  ],
  [
    'a conduit that is not served',
    { networkService: serviceOf('other') },
    NOT_FOUND,
    `serves ${serviceOf('edge')}, `,
  ],
  [
    'another trench',
    { networkService: 'proxy.edge.u.default' },
    NOT_FOUND,
    'no network service "proxy.edge.u.default"',
  ],
  ['no id', { id: '', path: undefined }, INVALID_ARGUMENT, 'connection.id "": it must be given'],
  [
    'an id that is too long',
    { id: 'x'.repeat(600), path: undefined },
    INVALID_ARGUMENT,
    'longer than 512 characters',
  ],
  [
    'a path that is beyond its end',
    { path: { index: 5, ...hops('a') } },
    INVALID_ARGUMENT,
    'connection.path.index "5"',
  ],
  [
    'a path of another id',
    { path: { index: 0, ...hops('a') } },
    INVALID_ARGUMENT,
    'the path is at a segment with id "a"',
  ],
  ['a payload that is no Ethernet', { payload: 'IP' }, INVALID_ARGUMENT, 'connection.payload "IP"'],
  [
    'a mechanism that cannot be had',
    { mechanism: { cls: 'LOCAL', type: 'MEMIF', parameters: {} } },
    INVALID_ARGUMENT,
    'only LOCAL KERNEL can be had',
  ],
  [
    'an interface name that is too long',
    { mechanism: { cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'sixteen-letters-' } } },
    INVALID_ARGUMENT,
    'mechanism.parameters.name',
  ],
  [
    'an address without a length',
    ip({ srcIpAddrs: ['10.0.0.1'] }),
    INVALID_ARGUMENT,
    'src_ip_addrs[0] "10.0.0.1": it has no prefix length',
  ],
  [
    'an address that is none',
    ip({ extraPrefixes: ['10.0.0.256/24'] }),
    INVALID_ARGUMENT,
    'extra_prefixes[0] "10.0.0.256/24"',
  ],
  [
    'a next hop that is none',
    ip({ policies: [{ from: '1.1.1.1/32', routes: [{ prefix: '0.0.0.0/0', nextHop: '1' }] }] }),
    INVALID_ARGUMENT,
    'routes[0].nextHop "1"',
  ],
  [
    'a message that is too long',
    { labels: { x: 'x'.repeat(70_000) } },
    RESOURCE_EXHAUSTED,
    'larger than max',
  ],
])('a Request with %s is refused', async ([, change, code, text]) => {
  await expect(proxy.request('pod', 'edge', () => change)).rejects.toMatchObject(refusal(code, text));
  expect((await proxy.admin.status({})).connections).toEqual([]);
});

test('a Request without a connection, and a Close that names none, are refused', async () => {
  await expect(proxy.networkService.request({})).rejects.toMatchObject(
    refusal(INVALID_ARGUMENT, 'connection ""'),
  );
  await expect(proxy.networkService.close({})).rejects.toMatchObject(
    refusal(INVALID_ARGUMENT, 'network service ""'),
  );
  const { connection = Connection.create() } = requestMessage('pod', 'edge');
  await expect(proxy.networkService.close({ ...connection, path: undefined, id: '' })).rejects.toMatchObject(
    refusal(INVALID_ARGUMENT, 'connection.id'),
  );
});

test('closing what is unknown is OK', async () => {
  await proxy.close('nobody');
});

test('a conduit has only so many connections, the proxy only so many watchers', async () => {
  for (const target of ['a', 'b']) await proxy.request(target);
  await expect(proxy.request('c')).rejects.toMatchObject(
    refusal(
      RESOURCE_EXHAUSTED,
      'no room for more connections of conduit "edge": SYNCLINE_PROXY_CONNECTIONS is 2',
    ),
  );
  await proxy.request('c', 'core');
  using one = proxy.watch();
  using two = proxy.watch();
  await Promise.all([one.next(), two.next()]);
  using three = proxy.watch();
  await expect(three.next()).rejects.toMatchObject(refusal(RESOURCE_EXHAUSTED, 'SYNCLINE_PROXY_WATCHERS'));
});

test.for<readonly [string, () => Promise<unknown>, Status, string]>([
  ['SetFault without a fault', () => proxy.admin.setFault({}), INVALID_ARGUMENT, 'fault.kind ""'],
  ['SetFault without a kind', () => proxy.setFault(undefined), INVALID_ARGUMENT, 'fault.kind ""'],
  [
    'SetFault on an unknown conduit',
    () => proxy.setFault({ $case: 'hang', value: {} }, 'other'),
    NOT_FOUND,
    'no conduit "other" of trench "t"',
  ],
  [
    'SetFault with a status that is none',
    () => proxy.setFault({ $case: 'error', value: { code: 17, message: '' } }),
    INVALID_ARGUMENT,
    'fault.error.code "17"',
  ],
  [
    'ClearFaults on an unknown conduit',
    () => proxy.admin.clearFaults({ conduit: { trench: 'u', conduit: 'edge' } }),
    NOT_FOUND,
    'no conduit "edge" of trench "u"',
  ],
  [
    'ChangeSubnet without a conduit',
    () => proxy.admin.changeSubnet({}),
    INVALID_ARGUMENT,
    'conduit "": it must be given',
  ],
  [
    'ChangeSubnet of an unknown conduit',
    () => proxy.admin.changeSubnet({ conduit: { trench, conduit: 'x' } }),
    NOT_FOUND,
    'no conduit "x"',
  ],
  [
    'SetConnectionState without a state',
    () => proxy.admin.setConnectionState({ which: { $case: 'connectionId', value: 'a' } }),
    INVALID_ARGUMENT,
    'state "0"',
  ],
  [
    'SetConnectionState of nothing',
    () => proxy.admin.setConnectionState({ state: 1 }),
    INVALID_ARGUMENT,
    'a connection id or a conduit must be given',
  ],
  [
    'SetConnectionState of an unknown connection',
    () => proxy.admin.setConnectionState({ which: { $case: 'connectionId', value: 'a' }, state: 1 }),
    NOT_FOUND,
    'no connection "a"',
  ],
  [
    'DeleteConnection of an unknown connection',
    () => proxy.admin.deleteConnection({ connectionId: 'a' }),
    NOT_FOUND,
    'no connection "a"',
  ],
])('%s is refused', async ([, call, code, text]) => {
  await expect(call()).rejects.toMatchObject(refusal(code, text));
  expect((await proxy.admin.status({})).faults).toEqual([]);
});

test('refusals are counted by status', async () => {
  const { adminPort } = proxy.service;
  expect(await readMetric(adminPort, 'proxy_requests_total', { code: 'INVALID_ARGUMENT' })).toBeGreaterThan(
    5,
  );
  expect(await readMetric(adminPort, 'proxy_requests_total', { code: 'NOT_FOUND' })).toBe(2);
  expect(await readMetric(adminPort, 'proxy_closes_total', { code: 'INVALID_ARGUMENT' })).toBe(2);
});
