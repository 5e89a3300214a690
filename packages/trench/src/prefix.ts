// CIDR prefixes that remember their host bits: 172.16.0.5/24 is an address of a host and says which network it is in.
// Invariant: 0 <= length <= bits(address.family).

import { type Address, bits, compareAddresses, parseAddress, printAddress, sameAddress } from './address.ts';
import { MalformedError } from './malformed-error.ts';

/** An address and the length of the network it is in. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

const decimalLength = /^(?:0|[1-9]\d{0,2})$/;

/** The prefix that `text` writes as `address/length`. Throws MalformedError naming `field`. */
export function parsePrefix(text: string, field = 'prefix'): Prefix {
  const slash = text.indexOf('/');
  if (slash < 0) throw new MalformedError(field, text, 'it has no prefix length: write address/length');
  const digits = text.slice(slash + 1);
  let address: Address;
  try {
    address = parseAddress(text.slice(0, slash));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(field, text, error.reason);
  }
  const length = Number(digits);
  if (!decimalLength.test(digits) || length > bits(address.family)) {
    throw new MalformedError(field, text, `the prefix length is not 0 to ${bits(address.family)}`);
  }
  return { address, length };
}

/** The one text of a prefix, host bits included. */
export function printPrefix(prefix: Prefix): string {
  return `${printAddress(prefix.address)}/${prefix.length}`;
}

/** The prefix of this address alone: /32 or /128. */
export function hostPrefix(address: Address): Prefix {
  return { address, length: bits(address.family) };
}

/** The lowest address of the network. */
export function firstAddress(prefix: Prefix): Address {
  const { family, value } = prefix.address;
  return { family, value: value & ~hostMask(prefix) };
}

/** The highest address of the network, which is the lowest one of a host prefix. */
export function lastAddress(prefix: Prefix): Address {
  const { family, value } = prefix.address;
  return { family, value: value | hostMask(prefix) };
}

/** The prefix without its host bits. */
export function network(prefix: Prefix): Prefix {
  return { address: firstAddress(prefix), length: prefix.length };
}

/** Whether the network holds this address; those of another family never. */
export function containsAddress(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const shift = hostBits(prefix);
  return prefix.address.value >> shift === address.value >> shift;
}

/** Whether the network of `outer` holds all of the network of `inner`, or is the same. */
export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && containsAddress(outer, inner.address);
}

/** Whether the two networks share an address: then one contains the other. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return containsPrefix(a, b) || containsPrefix(b, a);
}

/** Whether address and length are the same. */
export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && sameAddress(a.address, b.address);
}

/** For sorting: by address, host bits included, then the shorter length first. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  return compareAddresses(a.address, b.address) || a.length - b.length;
}

/** Equal for two lists exactly when they are equal as sets, whatever their order and repetitions. */
export function prefixSetKey(prefixes: readonly Prefix[]): string {
  return [...new Set(prefixes.toSorted(comparePrefixes).map(printPrefix))].join(';');
}

function hostBits(prefix: Prefix): bigint {
  return BigInt(bits(prefix.address.family) - prefix.length);
}

function hostMask(prefix: Prefix): bigint {
  return (1n << hostBits(prefix)) - 1n;
}
