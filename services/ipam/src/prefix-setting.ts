// A setting that is a prefix of one family.

import type { Setting } from '@syncline/rpc/setting-types.ts';
import type { Family } from '@syncline/trench/address.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { type Prefix, parsePrefix } from '@syncline/trench/prefix.ts';

/** `address/length` of this family. */
export function prefixOf(family: Family, fallback: string, doc: string): Setting<Prefix> {
  return { form: `${family} prefix`, fallback, doc, secret: false, parse: (text) => parse(family, text) };
}

function parse(family: Family, text: string): Prefix {
  let prefix: Prefix;
  try {
    prefix = parsePrefix(text);
  } catch (error) {
    throw error instanceof MalformedError ? new RangeError(error.reason) : error;
  }
  if (prefix.address.family !== family)
    throw new RangeError(`expected an ${family} prefix, not one of ${prefix.address.family}`);
  return prefix;
}
