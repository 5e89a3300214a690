// Prefixes inside ::ffff:0:0/96 stand for prefixes of IPv4, as their addresses do.

import { unmapped } from '@syncline/trench/address.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';

const mappedLength = 96;

/** The prefix of IPv4 that a v4-mapped one stands for; all others as they are. */
export function unmappedPrefix(prefix: Prefix): Prefix {
  if (prefix.address.family === 'ipv4' || prefix.length < mappedLength) return prefix;
  const address = unmapped(prefix.address);
  return address.family === 'ipv6' ? prefix : { address, length: prefix.length - mappedLength };
}
