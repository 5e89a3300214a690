import { printAddress } from '@syncline/trench/address.ts';
import { parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import type { Connection } from '../ports.ts';
import { appliedVips, hasEgress, policiesKey, wantedEgress } from './egress.ts';

const prefixes = (...texts: readonly string[]) => texts.map((text) => parsePrefix(text));
const own = prefixes('10.1.0.1/24', 'fd00:1::1/64');
const gateways = prefixes('10.1.0.254/24', 'fd00:1::fe/64');

test('a VIP is a source address, and leaves through the addresses of the bridge in its family', () => {
  const { srcIps, policies } = wantedEgress(own, prefixes('20.0.0.1/32', '2000::1/128'), gateways);
  expect(srcIps.map(printPrefix)).toEqual(['10.1.0.1/24', 'fd00:1::1/64', '20.0.0.1/32', '2000::1/128']);
  expect(policies.map(({ from, nextHops }) => [printPrefix(from), ...nextHops.map(printAddress)])).toEqual([
    ['20.0.0.1/32', '10.1.0.254'],
    ['2000::1/128', 'fd00:1::fe'],
  ]);
});

test("a VIP inside a gateway's network is left out", () => {
  expect(wantedEgress(own, prefixes('10.1.0.77/32'), gateways)).toEqual({ srcIps: own, policies: [] });
});

test('without a bridge address a VIP has a policy without a next hop, and another one once there is one', () => {
  const before = wantedEgress(own, prefixes('20.0.0.1/32'), []);
  expect(before.policies).toMatchObject([{ nextHops: [] }]);
  const after = wantedEgress(own, prefixes('20.0.0.1/32'), gateways);
  expect(policiesKey(before.policies)).not.toBe(policiesKey(after.policies));
});

test('a connection has what is wanted whatever the order, and has not when a VIP lacks its source address', () => {
  const wanted = wantedEgress(own, prefixes('20.0.0.1/32', '20.0.0.2/32'), gateways);
  const connection: Connection = {
    id: '1',
    state: 'up',
    gateways,
    srcIps: wanted.srcIps.toReversed(),
    policies: wanted.policies.toReversed(),
  };
  expect(hasEgress(connection, wanted)).toBe(true);
  const lacking = { ...connection, srcIps: own };
  expect(hasEgress(lacking, wanted)).toBe(false);
  expect(appliedVips(lacking)).toEqual([]);
});
