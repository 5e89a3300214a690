// Prefixes as they are configured: without host bits, as those are a mistake in a subnet or a VIP.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import {
  network,
  overlaps,
  type Prefix,
  parsePrefix,
  printPrefix,
  samePrefix,
} from '@syncline/trench/prefix.ts';
import type { Text } from './mapping.ts';
import type { Problems } from './problem.ts';

/** The prefix that `text` writes; what is wrong with it otherwise. */
export function parseNetwork(text: string): Prefix | string {
  try {
    const prefix = parsePrefix(text);
    if (samePrefix(prefix, network(prefix))) return prefix;
    return `has host bits; probably ${printPrefix(network(prefix))} is meant`;
  } catch (error) {
    if (error instanceof MalformedError) return error.reason;
    throw error;
  }
}

/** Notes every prefix that cannot be read, and every one that shares an address with an earlier one. */
export function checkSubnets(texts: readonly Text[], problems: Problems): void {
  const earlier: { readonly prefix: Prefix; readonly text: string }[] = [];
  for (const entry of texts) {
    const prefix = parseNetwork(entry.text);
    if (typeof prefix === 'string') {
      problems.add(entry, entry.text, prefix);
      continue;
    }
    const other = earlier.find((each) => overlaps(each.prefix, prefix));
    if (other !== undefined) problems.add(entry, entry.text, `overlaps ${other.text}`);
    earlier.push({ prefix, text: entry.text });
  }
}
