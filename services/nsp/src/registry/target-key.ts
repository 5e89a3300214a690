// What a target is known by: its type, its stream and its addresses as a set. In which order they are sent does not
// matter, nor how they are written; Meridio's NSP goes by the text, so there a permutation leaves a ghost.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { type Prefix, prefixSetKey } from '@syncline/trench/prefix.ts';
import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import { parseTargetAddress } from '@syncline/trench/target-address.ts';
import type { TargetType } from './target.ts';

/** What the key is made of. */
export interface Keyed {
  readonly type: TargetType;
  readonly stream: StreamName;
  readonly ips: readonly string[];
}

/**
 * Injective: two targets have the same key exactly when they are the same one. Whatever is no address counts as it is
 * written.
 */
export function keyOf({ type, stream, ips }: Keyed): string {
  const prefixes = type === 'default' ? ips.map(prefixOf) : ips;
  const isPrefix = (each: Prefix | string) => typeof each !== 'string';
  const addresses = prefixSetKey(prefixes.filter(isPrefix));
  const others = prefixes.filter((each) => typeof each === 'string').toSorted();
  return JSON.stringify([type, streamKey(stream), addresses, ...new Set(others)]);
}

/** The prefix that an address of a target writes; the text when it is none. */
export function prefixOf(text: string): Prefix | string {
  try {
    return parseTargetAddress(text);
  } catch (error) {
    if (error instanceof MalformedError) return text;
    throw error;
  }
}
