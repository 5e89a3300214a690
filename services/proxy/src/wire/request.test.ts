import type { Connection, PathSegment } from '@syncline/proto/connection.ts';
import { ConnectionContext } from '@syncline/proto/connectioncontext.ts';
import { NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { expect, test } from 'vitest';
import { idOf, requestMessage, serviceOf } from '../world/request.fixture.ts';
import { readClose, readRequest } from './request.ts';

const id = idOf('a', 'edge');
const at = (index: number, ...pathSegments: Partial<PathSegment>[]) => ({
  path: {
    index,
    pathSegments: pathSegments.map((each) => ({
      name: '',
      id: '',
      token: '',
      expires: undefined,
      metrics: {},
      ...each,
    })),
  },
});
const ip = (ipContext: Parameters<typeof ConnectionContext.fromPartial>[0]['ipContext']) => ({
  context: ConnectionContext.fromPartial({ ipContext }),
});
const read = (change: Partial<Connection>) => readRequest(requestMessage('a', 'edge', () => change));

test('a Request of a tap is for the connection of its first hop', () => {
  const { message, ...asked } = read({});
  expect(asked).toEqual({
    id,
    networkService: serviceOf('edge'),
    reselect: false,
    mechanism: { cls: 'LOCAL', type: 'KERNEL', parameters: {} },
  });
  expect(message).toMatchObject({
    id,
    labels: { nodeName: 'node' },
    context: { ipContext: { srcIpAddrs: [] } },
  });
});

test('a client without a path is its own first hop', () => {
  expect(read({ path: undefined }).message.path).toEqual({
    index: 0,
    pathSegments: [{ name: '', id, token: '', expires: undefined, metrics: {} }],
  });
});

test('a connection without an id has that of its hop', () => {
  expect(read({ id: '' }).message.id).toBe(id);
  const behind = read({ id: 'm', ...at(1, { id }, { id: 'm' }) });
  expect(behind).toMatchObject({ id, message: { id: 'm' } });
});

test('addresses are read however they are written', () => {
  const { message } = read(ip({ srcIpAddrs: ['FD00:0::2/64'], extraPrefixes: ['10.0.0.1/24'] }));
  expect(message.context.ipContext).toMatchObject({
    srcIpAddrs: ['fd00::2/64'],
    extraPrefixes: ['10.0.0.1/24'],
  });
});

const field = 'connection.context.ip_context';
const routes = (prefix: string, nextHop: string) =>
  ip({ policies: [{ from: '20.0.0.1/32', routes: [{ prefix, nextHop }] }] });

test.each<readonly [Partial<Connection>, string]>([
  [{ networkService: '' }, 'network service "": not proxy.<conduit>.<trench>.<namespace>'],
  [{ networkService: 'proxy.a.b' }, 'network service "proxy.a.b": not proxy.'],
  [{ networkService: 'proxy.a/b.t.default' }, 'conduit "a/b": a name has letters'],
  [{ id: '', path: undefined }, 'connection.id "": it must be given'],
  [at(0, { id: '' }), 'connection.path.path_segments[0].id "": it must be given'],
  [at(0, { id: 'x'.repeat(513) }), 'longer than 512 characters'],
  [at(1, { id }), 'connection.path.index "1": the path has 1 segments'],
  [at(0, { id: 'other' }), `connection.id "${id}": the path is at a segment with id "other"`],
  [
    at(0, ...Array.from({ length: 17 }, () => ({ id }))),
    'connection.path.path_segments "17": there may be 16',
  ],
  [{ payload: 'IP' }, 'connection.payload "IP": only ETHERNET can be had'],
  [{ mechanism: { cls: 'REMOTE', type: 'VXLAN', parameters: {} } }, 'connection.mechanism "REMOTE VXLAN"'],
  [
    ip({ srcIpAddrs: ['10.0.0.1/24', '10.0.0.2'] }),
    `${field}.src_ip_addrs[1] "10.0.0.2": it has no prefix length`,
  ],
  [
    ip({ dstIpAddrs: ['nonsense/24'] }),
    `${field}.dst_ip_addrs[0] "nonsense/24": not an IPv4 or IPv6 address`,
  ],
  [
    ip({ extraPrefixes: ['10.0.0.1/33'] }),
    `${field}.extra_prefixes[0] "10.0.0.1/33": the prefix length is not 0 to 32`,
  ],
  [routes('default', '10.0.0.1'), `${field}.policies[0].routes[0].prefix "default"`],
  [routes('0.0.0.0/0', 'gateway'), `${field}.policies[0].routes[0].nextHop "gateway"`],
])('a Request with %j is refused', (change, text) => {
  expect(() => read(change)).toThrow(text);
});

test('a Request without a connection is refused', () => {
  expect(() => readRequest(NetworkServiceRequest.create())).toThrow('connection "": it must be given');
});

test('a Close names its connection as a Request does, and nothing else in it matters', () => {
  const { connection } = requestMessage('a', 'edge', () => ({
    payload: 'IP',
    ...ip({ srcIpAddrs: ['nonsense'] }),
  }));
  expect(connection && readClose(connection)).toEqual({ id, networkService: serviceOf('edge') });
  expect(() => connection && readClose({ ...connection, path: undefined, id: '' })).toThrow('connection.id');
});
