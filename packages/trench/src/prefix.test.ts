import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareAddresses, parseAddress, printAddress } from './address.ts';
import { address, crowdedPrefix, prefix } from './arbitrary.ts';
import { MalformedError } from './malformed-error.ts';
import {
  comparePrefixes,
  containsAddress,
  containsPrefix,
  firstAddress,
  hostPrefix,
  lastAddress,
  network,
  overlaps,
  parsePrefix,
  prefixSetKey,
  printPrefix,
  samePrefix,
} from './prefix.ts';

test('every prefix survives printing and parsing, host bits included', () => {
  fc.assert(
    fc.property(prefix, (it) => {
      expect(parsePrefix(printPrefix(it))).toEqual(it);
    }),
  );
});

test.each([
  ['10.0.0.1', 'it has no prefix length: write address/length'],
  ['10.0.0.1/33', 'the prefix length is not 0 to 32'],
  ['10.0.0.1/-1', 'the prefix length is not 0 to 32'],
  ['10.0.0.1/08', 'the prefix length is not 0 to 32'],
  ['10.0.0.1/', 'the prefix length is not 0 to 32'],
  ['10.0.0.1/24/24', 'the prefix length is not 0 to 32'],
  ['fd00::1/129', 'the prefix length is not 0 to 128'],
  ['10.0.0/24', 'not an IPv4 or IPv6 address'],
  ['/24', 'not an IPv4 or IPv6 address'],
])('%j is refused by field, value and reason', (text, reason) => {
  expect(() => parsePrefix(text, 'source-subnets')).toThrow(
    new MalformedError('source-subnets', text, reason),
  );
});

test('a prefix without its host bits is its network', () => {
  expect(printPrefix(network(parsePrefix('172.16.5.9/20')))).toBe('172.16.0.0/20');
  expect(printAddress(lastAddress(parsePrefix('172.16.5.9/20')))).toBe('172.16.15.255');
  expect(printPrefix(network(parsePrefix('fd00::5:9/0')))).toBe('::/0');
  expect(printPrefix(hostPrefix(parseAddress('fd00::1')))).toBe('fd00::1/128');
});

test('a network holds an address exactly when it lies between the first and the last', () => {
  fc.assert(
    fc.property(prefix, address, (net, it) => {
      const between =
        net.address.family === it.family &&
        compareAddresses(firstAddress(net), it) <= 0 &&
        compareAddresses(it, lastAddress(net)) <= 0;
      expect(containsAddress(net, it)).toBe(between);
    }),
  );
  fc.assert(
    fc.property(prefix, (net) => {
      for (const it of [net.address, firstAddress(net), lastAddress(net)])
        expect(containsAddress(net, it)).toBe(true);
    }),
  );
});

test('one network contains another exactly when it holds its first and last address', () => {
  fc.assert(
    fc.property(crowdedPrefix, crowdedPrefix, (outer, inner) => {
      expect(containsPrefix(outer, inner)).toBe(
        containsAddress(outer, firstAddress(inner)) && containsAddress(outer, lastAddress(inner)),
      );
    }),
    { numRuns: 500 },
  );
});

test('networks overlap exactly when they share an address', () => {
  fc.assert(
    fc.property(crowdedPrefix, crowdedPrefix, (a, b) => {
      const disjoint =
        compareAddresses(lastAddress(a), firstAddress(b)) < 0 ||
        compareAddresses(lastAddress(b), firstAddress(a)) < 0;
      expect(overlaps(a, b)).toBe(!disjoint);
      expect(overlaps(b, a)).toBe(!disjoint);
    }),
    { numRuns: 500 },
  );
});

test('networks of two families share nothing, even the widest', () => {
  expect(overlaps(parsePrefix('0.0.0.0/0'), parsePrefix('::/0'))).toBe(false);
});

test('prefixes have one order, in which only the same prefix is equal', () => {
  fc.assert(
    fc.property(crowdedPrefix, crowdedPrefix, (a, b) => {
      expect(Math.sign(comparePrefixes(a, b)) + Math.sign(comparePrefixes(b, a))).toBe(0);
      expect(comparePrefixes(a, b) === 0).toBe(samePrefix(a, b));
    }),
  );
});

test('the key of a list is that of its set', () => {
  const list = fc.array(crowdedPrefix, { maxLength: 5 });
  const texts = (prefixes: Parameters<typeof prefixSetKey>[0]) =>
    [...new Set(prefixes.map(printPrefix))].sort();
  fc.assert(
    fc.property(list, list, (a, b) => {
      expect(prefixSetKey([...a, ...a].reverse())).toBe(prefixSetKey(a));
      expect(prefixSetKey(a) === prefixSetKey(b)).toBe(String(texts(a)) === String(texts(b)));
    }),
  );
});
