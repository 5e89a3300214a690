import {
  Connection,
  ConnectionEventType,
  State,
  type Connection as Wire,
} from '@syncline/proto/connection.ts';
import type { NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { parseAddress } from '@syncline/trench/address.ts';
import { parsePrefix } from '@syncline/trench/prefix.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { edge, fresh, scripted, staying } from './neighbours.fixture.ts';

const id = 'target-1-proxy.edge.demo.default-0';
const { signal } = new AbortController();
const limits = { signal, deadlineMs: 5_000 };

/** A connection as a proxy gives it. */
function connection(change: Parameters<typeof Connection.fromPartial>[0] = {}): Wire {
  return Connection.fromPartial({
    id: 'of the next hop',
    networkService: 'proxy.edge.demo.default',
    mechanism: { cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'nsm-0', inodeURL: 'inode://4/1' } },
    context: {
      ipContext: {
        srcIpAddrs: ['172.16.0.5/24'],
        dstIpAddrs: ['172.16.0.6/24'],
        extraPrefixes: ['172.16.0.1/24', 'fd00::1/64'],
        policies: [{ from: '20.0.0.1/32', routes: [{ prefix: '0.0.0.0/0', nextHop: '172.16.0.1' }] }],
      },
      MTU: 1_500,
    },
    labels: { nodeName: 'node-1', app: 'mine' },
    path: {
      index: 1,
      pathSegments: [
        { name: 'target-1', id },
        { name: 'proxy', id: 'of the next hop' },
      ],
    },
    networkServiceEndpointName: 'proxy-edge-1',
    payload: 'ETHERNET',
    ...change,
  });
}

test('a new connection is asked for by its id and network service, with a kernel interface of any name', async () => {
  const requests: NetworkServiceRequest[] = [];
  await using neighbours = await scripted({
    request: (request) => {
      requests.push(request);
      return Promise.resolve(connection());
    },
  });
  const given = await neighbours.lines.proxy.request(fresh, limits);
  expect(requests).toMatchObject([
    {
      connection: {
        id,
        networkService: 'proxy.edge.demo.default',
        payload: 'ETHERNET',
        labels: { nodeName: 'node-1' },
        path: { index: 0, pathSegments: [{ name: 'target-1', id }] },
        mechanism: undefined,
        context: undefined,
        state: State.UP,
      },
      mechanismPreferences: [{ cls: 'LOCAL', type: 'KERNEL', parameters: {} }],
    },
  ]);
  expect(given).toEqual({
    id,
    state: 'up',
    srcIps: [parsePrefix('172.16.0.5/24')],
    gateways: [parsePrefix('172.16.0.1/24'), parsePrefix('fd00::1/64')],
    policies: [{ from: parsePrefix('20.0.0.1/32'), nextHops: [parseAddress('172.16.0.1')] }],
  });
});

test('an update carries all that the proxy had said, with other addresses; a reselect leaves out mechanism and endpoint', async () => {
  const requests: NetworkServiceRequest[] = [];
  await using neighbours = await scripted({
    request: (request) => {
      requests.push(request);
      return Promise.resolve(connection());
    },
  });
  const { proxy } = neighbours.lines;
  const basis = await proxy.request(fresh, limits);
  const vip = parsePrefix('2001:db8::1/128');
  const addresses = {
    srcIps: [parsePrefix('172.16.0.5/24'), vip],
    policies: [{ from: vip, nextHops: [parseAddress('fd00::1')] }],
  };
  await proxy.request({ ...fresh, basis, addresses }, limits);
  expect(requests[1]).toMatchObject({
    connection: {
      id,
      labels: { nodeName: 'node-1', app: 'mine' },
      path: { index: 0, pathSegments: [{ id }, { id: 'of the next hop' }] },
      mechanism: { parameters: { inodeURL: 'inode://4/1' } },
      networkServiceEndpointName: 'proxy-edge-1',
      context: {
        MTU: 1_500,
        ipContext: {
          srcIpAddrs: ['172.16.0.5/24', '2001:db8::1/128'],
          dstIpAddrs: ['172.16.0.6/24'],
          extraPrefixes: ['172.16.0.1/24', 'fd00::1/64'],
          policies: [{ from: '2001:db8::1/128', routes: [{ prefix: '::/0', nextHop: 'fd00::1' }] }],
        },
      },
    },
    mechanismPreferences: [{ cls: 'LOCAL', type: 'KERNEL', parameters: { name: 'nsm-0' } }],
  });
  await proxy.request({ ...fresh, basis, reselect: true }, limits);
  expect(requests[2]).toMatchObject({
    connection: { state: State.RESELECT_REQUESTED, mechanism: undefined, networkServiceEndpointName: '' },
    mechanismPreferences: [{ parameters: { name: 'nsm-0' } }],
  });
});

test('a connection with an address that is none is an error that names the field', async () => {
  const broken = connection({ context: { ipContext: { srcIpAddrs: ['172.16.0.5'] } } });
  await using neighbours = await scripted({ request: () => Promise.resolve(broken) });
  await expect(neighbours.lines.proxy.request(fresh, limits)).rejects.toThrow(
    'src_ip_addrs "172.16.0.5": it has no prefix length',
  );
});

test('closing goes by the id when nothing is known, and what the proxy does not have is closed', async () => {
  const closed: Wire[] = [];
  await using neighbours = await scripted({
    close: (each) => {
      closed.push(each);
      return Promise.reject(
        new ServerError(closed.length === 1 ? Status.NOT_FOUND : Status.UNAVAILABLE, 'no'),
      );
    },
  });
  await neighbours.lines.proxy.close(edge, undefined, limits);
  expect(closed[0]).toMatchObject({ id, path: { pathSegments: [{ id }] } });
  await expect(neighbours.lines.proxy.close(edge, undefined, limits)).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});

test('of the events those of our connection come through: the first of its first segment, kernel alone at first, malformed ones told', async () => {
  const foreign = connection({ path: { index: 1, pathSegments: [{ id: 'target-2' }, { id }] } });
  const remote = connection({ mechanism: { cls: 'REMOTE', type: 'VXLAN' } });
  const malformed = connection({ context: { ipContext: { extraPrefixes: ['bridge'] } } });
  const { INITIAL_STATE_TRANSFER, UPDATE, DELETE } = ConnectionEventType;
  const asked: (readonly string[])[] = [];
  await using neighbours = await scripted({
    monitor: (ids) => {
      asked.push(ids);
      return staying(
        { type: INITIAL_STATE_TRANSFER, connections: {} },
        { type: INITIAL_STATE_TRANSFER, connections: { a: remote } },
        { type: INITIAL_STATE_TRANSFER, connections: { a: foreign, b: connection() } },
        { type: UPDATE, connections: { a: foreign } },
        { type: UPDATE, connections: { a: malformed } },
        { type: UPDATE, connections: { a: connection({ state: State.DOWN }) } },
        { type: DELETE, connections: { a: foreign } },
        { type: DELETE, connections: { a: connection() } },
      );
    },
  });
  const seen: unknown[] = [];
  for await (const event of neighbours.lines.proxy.monitor(edge, signal)) {
    seen.push(event);
    if (event.kind === 'delete') break;
  }
  expect(seen).toMatchObject([
    { kind: 'initial', connection: undefined },
    { kind: 'initial', connection: undefined },
    { kind: 'initial', connection: { id, state: 'up' } },
    { kind: 'update', connection: { state: 'down' } },
    { kind: 'delete' },
  ]);
  expect(asked).toEqual([[id]]);
  expect(neighbours.refused).toEqual([
    'extra_prefixes "bridge": it has no prefix length: write address/length',
  ]);
  expect(neighbours.inbox.counts).toEqual({ received: 8, applied: 7, stale: 0, quarantined: 1 });
});
