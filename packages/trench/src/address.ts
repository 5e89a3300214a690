// IP addresses as numbers of their family. Invariant: 0 <= value < 2^bits(family), so two addresses are the same
// exactly when family and value are, however they were written.

import ipaddr from 'ipaddr.js';
import { MalformedError } from './malformed-error.ts';

/** As nsp.v1.Gateway spells it. */
export type Family = 'ipv4' | 'ipv6';

/** An IPv4 or IPv6 address, without a zone. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** Of ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255. */
const longestText = 45;

const decimalPart = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const dottedDecimal = new RegExp(String.raw`^${decimalPart}(?:\.${decimalPart}){3}$`);

const v4MappedPrefix = 0xffffn << 32n;

/** The length of an address of the family: 32 or 128. */
export function bits(family: Family): number {
  return family === 'ipv4' ? 32 : 128;
}

/**
 * The address that `text` writes: four decimal parts without leading zeros, or any form of RFC 4291 2.2. A v4-mapped
 * IPv6 address stays one. Throws MalformedError naming `field` for all else, zones and prefix lengths included.
 */
export function parseAddress(text: string, field = 'address'): Address {
  if (text.includes('%')) throw new MalformedError(field, text, 'an address here has no zone');
  if (text.length > longestText) throw new MalformedError(field, text, 'not an IPv4 or IPv6 address');
  // Not ipaddr.js' own test, which throws and catches within for every IPv6 address.
  if (dottedDecimal.test(text)) return { family: 'ipv4', value: BigInt(dottedValue(text)) };
  const hexadecimal = text.includes(':') ? withoutDottedPart(text) : undefined;
  if (hexadecimal === undefined || !ipaddr.IPv6.isValid(hexadecimal)) {
    throw new MalformedError(field, text, 'not an IPv4 or IPv6 address');
  }
  return { family: 'ipv6', value: hexadecimalValue(hexadecimal) };
}

/** The one text of an address: dotted decimal, or RFC 5952. */
export function printAddress(address: Address): string {
  const parts = bytes(address);
  return address.family === 'ipv4' ? parts.join('.') : new ipaddr.IPv6(parts).toRFC5952String();
}

/** The address in network byte order: 4 or 16 bytes. */
export function bytes({ family, value }: Address): number[] {
  return [...Buffer.from(value.toString(16).padStart(bits(family) / 4, '0'), 'hex')];
}

/** An IPv4 address as ::ffff:a.b.c.d (RFC 4291 2.5.5.2); an IPv6 address as it is. */
export function v4Mapped(address: Address): Address {
  return address.family === 'ipv6' ? address : { family: 'ipv6', value: v4MappedPrefix | address.value };
}

/** A v4-mapped IPv6 address as the IPv4 address it stands for; all others as they are. */
export function unmapped(address: Address): Address {
  if (address.family === 'ipv4' || address.value >> 32n !== 0xffffn) return address;
  return { family: 'ipv4', value: address.value & 0xffff_ffffn };
}

/** Whether the two are one address; an IPv4 address and its v4-mapped form are two. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

/** For sorting: IPv4 before IPv6, then by value. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family === 'ipv4' ? -1 : 1;
  return a.value === b.value ? 0 : a.value < b.value ? -1 : 1;
}

function dottedValue(text: string): number {
  return text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}

function hexadecimalValue(text: string): bigint {
  return BigInt(`0x${Buffer.from(ipaddr.IPv6.parse(text).toByteArray()).toString('hex')}`);
}

/**
 * `text` with an IPv4 part at its end as two groups; undefined when that part is none. ipaddr.js would take octal
 * there, and ::1.2.3.4 for ::ffff:1.2.3.4.
 */
function withoutDottedPart(text: string): string | undefined {
  const start = text.lastIndexOf(':') + 1;
  const dotted = text.slice(start);
  if (!dotted.includes('.')) return text;
  if (!dottedDecimal.test(dotted)) return undefined;
  const value = dottedValue(dotted);
  return `${text.slice(0, start)}${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
}
