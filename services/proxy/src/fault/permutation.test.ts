import { expect, test } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import { connectionOf } from '../world/connection.fixture.ts';
import { asTold } from './permutation.ts';

const policyOf = (from: string, ...hops: string[]) => ({
  from,
  proto: '',
  dstPort: '',
  srcPort: '',
  routes: hops.map((nextHop) => ({ prefix: '0.0.0.0/0', nextHop })),
});
const base = connectionOf('a');
const held: Connection = {
  ...base,
  context: {
    ...base.context,
    ipContext: {
      ...base.context.ipContext,
      srcIpAddrs: ['10.0.0.2/24', 'fd00::2/64', '20.0.0.1/32'],
      dstIpAddrs: ['10.0.0.3/24', 'fd00::3/64'],
      extraPrefixes: ['10.0.0.1/24', 'fd00::1/64'],
      policies: [policyOf('20.0.0.1/32', '10.0.0.1', '10.0.0.4'), policyOf('20.0.0.2/32', '10.0.0.1')],
      excludedPrefixes: ['30.0.0.0/8', '31.0.0.0/8'],
    },
  },
};

test('permute_addresses: all that is a set is in reverse, all else and the connection itself as it was', () => {
  const before = structuredClone(held);
  const told = asTold(held, 'edge', { has: (kind) => kind === 'permute_addresses' });
  expect(held).toEqual(before);
  expect(told).toEqual({
    ...held,
    context: {
      ...held.context,
      ipContext: {
        ...held.context.ipContext,
        srcIpAddrs: ['20.0.0.1/32', 'fd00::2/64', '10.0.0.2/24'],
        dstIpAddrs: ['fd00::3/64', '10.0.0.3/24'],
        extraPrefixes: ['fd00::1/64', '10.0.0.1/24'],
        policies: [policyOf('20.0.0.2/32', '10.0.0.1'), policyOf('20.0.0.1/32', '10.0.0.4', '10.0.0.1')],
      },
    },
  });
});

test('on another conduit a connection is told as it is', () => {
  expect(asTold(held, 'core', { has: (_, conduit) => conduit === 'edge' })).toBe(held);
});
