import { IPContext } from '@syncline/proto/connectioncontext.ts';
import { containsAddress, parsePrefix } from '@syncline/trench/prefix.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Expected, holds, settle } from './ip-context.ts';

const first: Expected = {
  src: ['172.16.0.2/24', 'fd00::2/64'],
  dst: ['172.16.0.3/24', 'fd00::3/64'],
  gateways: ['172.16.0.1/24', 'fd00::1/64'],
};
const second: Expected = {
  src: ['172.16.1.2/24', 'fd00:0:0:1::2/64'],
  dst: ['172.16.1.3/24', 'fd00:0:0:1::3/64'],
  gateways: ['172.16.1.1/24', 'fd00:0:0:1::1/64'],
};
const assigned = { subnet: 0, src: first.src, dst: first.dst };

const fresh = settle(IPContext.create(), first, undefined);
const route = (prefix: string, nextHop: string) => ({ prefix, nextHop });
const policy = (from: string, ...routes: ReturnType<typeof route>[]) => ({
  from,
  proto: '',
  dstPort: '',
  srcPort: '',
  routes,
});

/** As a tap asks for it once it has VIPs. */
const withVips = {
  ...fresh,
  srcIpAddrs: [...fresh.srcIpAddrs, '20.0.0.1/32', '2000::1/128'],
  policies: [
    policy('20.0.0.1/32', route('0.0.0.0/0', '172.16.0.1')),
    policy('2000::1/128', route('::/0', 'fd00::1'), route('::/0', 'fd00::9')),
  ],
};

test('a context without addresses is given all of them', () => {
  expect(fresh).toEqual({
    ...IPContext.create(),
    srcIpAddrs: first.src,
    dstIpAddrs: first.dst,
    extraPrefixes: first.gateways,
  });
});

test('a context that has all that is expected is left alone, whatever else it has and however it is written', () => {
  expect(settle(withVips, first, assigned)).toBe(withVips);
  const written = { ...withVips, extraPrefixes: ['fd00:0::0:1/64', '172.16.0.1/24', '10.0.0.1/8'] };
  expect(settle(written, first, assigned)).toBe(written);
});

test('in another subnet old addresses go, VIPs stay, and next hops become the new gateways of their family', () => {
  const moved = settle(withVips, second, assigned);
  expect(moved.srcIpAddrs).toEqual(['20.0.0.1/32', '2000::1/128', ...second.src]);
  expect(moved.dstIpAddrs).toEqual(second.dst);
  expect(moved.extraPrefixes).toEqual(second.gateways);
  expect(moved.policies).toEqual([
    policy('20.0.0.1/32', route('0.0.0.0/0', '172.16.1.1')),
    policy('2000::1/128', route('::/0', 'fd00:0:0:1::1'), route('::/0', 'fd00::9')),
  ]);
  expect(withVips.policies[0]?.routes).toEqual([route('0.0.0.0/0', '172.16.0.1')]);
});

test('addresses of a time without gateways are known by what was assigned, not by a network', () => {
  const blind = settle(IPContext.create(), { ...first, gateways: [] }, undefined);
  expect(blind.extraPrefixes).toEqual([]);
  expect(settle(blind, second, assigned).srcIpAddrs).toEqual(second.src);
  expect(settle(blind, first, assigned)).toEqual(fresh);
});

test('an address that changed its length only is not there twice', () => {
  const wider = { ...first, src: ['172.16.0.2/20', 'fd00::2/64'] };
  expect(settle(fresh, wider, assigned).srcIpAddrs).toEqual(wider.src);
});

const v4 = (network: fc.Arbitrary<string>, length: number) =>
  fc.tuple(network, fc.integer({ min: 4, max: 250 })).map(([net, host]) => `${net}.${host}/${length}`);
const vips = fc.uniqueArray(v4(fc.constantFrom('20.0.0', '172.16.0', '172.16.9'), 32), { maxLength: 5 });

test('whatever is there, all that is expected is afterwards, nothing of a given-up network is, and other VIPs are', () => {
  fc.assert(
    fc.property(vips, fc.boolean(), (added, isKnown) => {
      const before = { ...fresh, srcIpAddrs: [...fresh.srcIpAddrs, ...added] };
      const after = settle(before, second, isKnown ? assigned : undefined);
      expect(holds(after, second)).toBe(true);
      expect(settle(after, second, { ...assigned, src: second.src, dst: second.dst })).toBe(after);
      const old = parsePrefix('172.16.0.1/24');
      expect(after.srcIpAddrs.some((each) => containsAddress(old, parsePrefix(each).address))).toBe(false);
      const others = added.filter((each) => !containsAddress(old, parsePrefix(each).address));
      expect(after.srcIpAddrs).toEqual([...others, ...second.src]);
    }),
  );
});
