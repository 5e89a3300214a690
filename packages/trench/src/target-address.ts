// The addresses that a target registers.

import { parseAddress } from './address.ts';
import { hostPrefix, type Prefix, parsePrefix } from './prefix.ts';

/**
 * The prefix that `text` writes: `address/length`, or an address alone, which is that of a host. Throws MalformedError
 * naming `field`.
 */
export function parseTargetAddress(text: string, field = 'ip'): Prefix {
  return text.includes('/') ? parsePrefix(text, field) : hostPrefix(parseAddress(text, field));
}
