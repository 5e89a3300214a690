import fc from 'fast-check';
import { expect, test } from 'vitest';
import { name } from './arbitrary.ts';
import { connectionId, parseNetworkService, printNetworkService } from './network-service.ts';

test('every network service survives printing and parsing', () => {
  fc.assert(
    fc.property(fc.record({ conduit: name, trench: name, namespace: name }), (it) => {
      expect(parseNetworkService(printNetworkService(it))).toEqual(it);
    }),
  );
});

test('a network service and a connection are named as Meridio names them', () => {
  const service = printNetworkService({ conduit: 'edge', trench: 'demo', namespace: 'default' });
  expect(service).toBe('proxy.edge.demo.default');
  expect(connectionId('pod-1', service)).toBe('pod-1-proxy.edge.demo.default-0');
});

test.each([
  '',
  'proxy',
  'proxy.edge.demo',
  'proxy.edge..default',
  'edge.demo.default.proxy',
  'proxy.a.b.c.d',
])('%j is no network service', (text) => {
  expect(() => parseNetworkService(text)).toThrow(
    `network service ${JSON.stringify(text)}: not proxy.<conduit>.<trench>.<namespace>`,
  );
});

test('a name with a dot is refused before it becomes another service', () => {
  expect(() => printNetworkService({ conduit: 'a.b', trench: 'demo', namespace: 'default' })).toThrow(
    'conduit "a.b"',
  );
  expect(() => parseNetworkService('proxy.edge.-.default')).toThrow('trench "-"');
});
