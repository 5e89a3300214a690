import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bytes,
  compareAddresses,
  parseAddress,
  printAddress,
  sameAddress,
  unmapped,
  v4Mapped,
} from './address.ts';
import { address, ipv4, ipv6 } from './arbitrary.ts';
import { MalformedError } from './malformed-error.ts';

test('every address survives printing and parsing', () => {
  fc.assert(
    fc.property(address, (it) => {
      expect(parseAddress(printAddress(it))).toEqual(it);
    }),
    { numRuns: 1000 },
  );
});

test('text is an address exactly when the platform takes it for one without a zone', () => {
  const almost = fc.stringMatching(/^[0-9a-fx:.%]{1,20}$/);
  const dotted = fc.array(fc.constantFrom('0', '00', '1', '010', '255', '256', '0x1', ''), { maxLength: 5 });
  const colons = fc.array(fc.constantFrom('', '0', 'ffff', '12345', 'g', '1.2.3.4', '01.2.3.4'), {
    maxLength: 10,
  });
  const text = fc.oneof(
    almost,
    dotted.map((parts) => parts.join('.')),
    colons.map((parts) => parts.join(':')),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(text, (it) => {
      const isAddress = isIP(it) !== 0 && !it.includes('%');
      try {
        const parsed = parseAddress(it);
        expect(isAddress, `parsed as ${printAddress(parsed)}`).toBe(true);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        expect(isAddress, error.message).toBe(false);
      }
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['', 'not an IPv4 or IPv6 address'],
  ['1.2.3', 'not an IPv4 or IPv6 address'],
  ['2130706433', 'not an IPv4 or IPv6 address'],
  ['01.2.3.4', 'not an IPv4 or IPv6 address'],
  ['1.2.3.4/24', 'not an IPv4 or IPv6 address'],
  ['f'.repeat(50), 'not an IPv4 or IPv6 address'],
  [' 1.2.3.4', 'not an IPv4 or IPv6 address'],
  ['fe80::1%eth0', 'an address here has no zone'],
  ['::ffff:01.2.3.4', 'not an IPv4 or IPv6 address'],
])('%j is refused by field, value and reason', (text, reason) => {
  expect(() => parseAddress(text, 'vip')).toThrow(new MalformedError('vip', text, reason));
});

test('IPv6 text is the address that a URL takes it for', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV6(),
        fc.ipV4().map((it) => `::${it}`),
      ),
      (it) => {
        expect(`[${printAddress(parseAddress(it))}]`).toBe(new URL(`http://[${it}]`).hostname);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::ffff:1.2.3.4', '::ffff:102:304'],
  ['255.255.255.255', '255.255.255.255'],
])('%s is printed as %s', (text, canonical) => {
  expect(printAddress(parseAddress(text))).toBe(canonical);
});

test('bytes are the value in network order', () => {
  expect(bytes(parseAddress('169.255.0.2'))).toEqual([169, 255, 0, 2]);
  expect(bytes(parseAddress('fd00::102'))).toEqual([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
});

test('an IPv4 address survives mapping, and is another address while it is mapped', () => {
  fc.assert(
    fc.property(ipv4, (it) => {
      expect(unmapped(v4Mapped(it))).toEqual(it);
      expect(sameAddress(v4Mapped(it), it)).toBe(false);
    }),
  );
  expect(printAddress(unmapped(parseAddress('::ffff:10.0.0.1')))).toBe('10.0.0.1');
});

test('mapping leaves IPv6 alone, and unmapping all but the mapped range', () => {
  fc.assert(
    fc.property(ipv6, (it) => {
      expect(v4Mapped(it)).toEqual(it);
    }),
  );
  for (const text of ['::1.2.3.4', '::fffe:1.2.3.4', '1::ffff:1.2.3.4']) {
    expect(unmapped(parseAddress(text)).family, text).toBe('ipv6');
  }
});

test('addresses have one order, in which only the same address is equal', () => {
  fc.assert(
    fc.property(address, address, (a, b) => {
      expect(Math.sign(compareAddresses(a, b)) + Math.sign(compareAddresses(b, a))).toBe(0);
      expect(compareAddresses(a, b) === 0).toBe(sameAddress(a, b));
    }),
  );
});
