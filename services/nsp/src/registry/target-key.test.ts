import { printAddress } from '@syncline/trench/address.ts';
import { address, ipv4, ipv6, name, prefix } from '@syncline/trench/arbitrary.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTarget, web } from './target.fixture.ts';
import { type Keyed, keyOf } from './target-key.ts';

const stream = fc.record({ trench: name, conduit: name, stream: name });
const ips = fc.array(prefix.map(printPrefix), { minLength: 1, maxLength: 4 });
const keyed: fc.Arbitrary<Keyed> = fc.record({
  type: fc.constantFrom('default', 'frontend'),
  stream,
  ips,
});

test('the order of the addresses does not matter, nor does one that is there twice', () => {
  fc.assert(
    fc.property(keyed, fc.infiniteStream(fc.nat()), (it, order) => {
      const shuffled = it.ips
        .map((ip) => ({ ip, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ ip }) => ip);
      expect(keyOf({ ...it, ips: [...shuffled, ...it.ips.slice(0, 1)] })).toBe(keyOf(it));
    }),
  );
});

test('how an address is written does not matter', () => {
  fc.assert(
    fc.property(ipv6, (it) => {
      const text = printAddress(it);
      const long = it.value.toString(16).padStart(32, '0').match(/.{4}/g)?.join(':') ?? '';
      expect(keyOf({ ...aTarget(), ips: [long.toUpperCase()] })).toBe(keyOf({ ...aTarget(), ips: [text] }));
    }),
  );
  fc.assert(
    fc.property(ipv4, (it) => {
      const text = printAddress(it);
      expect(keyOf({ ...aTarget(), ips: [`${text}/32`] })).toBe(keyOf({ ...aTarget(), ips: [text] }));
    }),
  );
});

test('two targets have one key only if type, all three names and the set of addresses are the same', () => {
  const small = fc.constantFrom('a', 'b', 'a.b', '');
  const one = fc.record({
    type: fc.constantFrom('default' as const, 'frontend' as const),
    stream: fc.record({ trench: small, conduit: small, stream: small }),
    ips: fc.uniqueArray(fc.constantFrom('10.0.0.1/24', '10.0.0.1/32', '10.0.0.2/24', 'host', 'a;b', 'a')),
  });
  const text = ({ type, stream: { trench, conduit, stream: of }, ips: all }: Keyed) =>
    JSON.stringify([type, trench, conduit, of, all.toSorted()]);
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(keyOf(a) === keyOf(b)).toBe(text(a) === text(b));
    }),
    { numRuns: 2_000 },
  );
});

test('streams of one name in two conduits have targets of their own', () => {
  const ip = fc.sample(address, 1).map(printAddress);
  expect(keyOf({ type: 'default', stream: web, ips: ip })).not.toBe(
    keyOf({ type: 'default', stream: { ...web, conduit: 'b' }, ips: ip }),
  );
});
