// Arbitrary addresses, prefixes and names, for property tests.

import fc from 'fast-check';
import { type Address, bits } from './address.ts';
import type { Prefix } from './prefix.ts';

export const ipv4: fc.Arbitrary<Address> = fc
  .bigInt({ min: 0n, max: 2n ** 32n - 1n })
  .map((value) => ({ family: 'ipv4', value }));

export const ipv6: fc.Arbitrary<Address> = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
    // Runs of zeros, and the mapped and embedded IPv4 ranges.
    fc
      .array(fc.constantFrom(0n, 0n, 0n, 1n, 0xffffn, 0xdb8n), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce<bigint>((value, group) => (value << 16n) | group, 0n)),
  )
  .map((value) => ({ family: 'ipv6', value }));

export const address: fc.Arbitrary<Address> = fc.oneof(ipv4, ipv6);

export const prefix: fc.Arbitrary<Prefix> = address.chain((it) =>
  fc.record({ address: fc.constant(it), length: fc.nat({ max: bits(it.family) }) }),
);

/** Prefixes of one small part of the space, which contain and repeat one another often. */
export const crowdedPrefix: fc.Arbitrary<Prefix> = fc.record({
  address: fc.nat({ max: 31 }).map((low): Address => ({ family: 'ipv4', value: 0xac10_0000n + BigInt(low) })),
  length: fc.integer({ min: 26, max: 32 }),
});

export const name: fc.Arbitrary<string> = fc.stringMatching(/^[A-Za-z0-9]([-_A-Za-z0-9]{0,20}[A-Za-z0-9])?$/);
