// The encodings a gNMI server of ours speaks, and turning a value into one of them.

import { Encoding } from '@syncline/proto/gnmi.ts';
import { printJson } from './json.ts';
import type { Value } from './value.ts';
import { toJson } from './value-json.ts';
import { toNative } from './value-native.ts';

/** JSON, JSON_IETF and PROTO. gNMI demands JSON; BYTES and ASCII are for schemas without structure. */
export const supportedEncodings: readonly Encoding[] = [Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO];

/** An encoding that is not in `supportedEncodings`; gNMI's status for it is UNIMPLEMENTED. */
export class UnsupportedEncodingError extends Error {
  override name = 'UnsupportedEncodingError';
  readonly encoding: string;

  constructor(encoding: Encoding) {
    const name = encodingName(encoding);
    super(`encoding ${name} is not supported; ${supportedEncodings.map(encodingName).join(', ')} are`);
    this.encoding = name;
  }
}

/** The proto name of an encoding; its number when it has none. */
export function encodingName(encoding: Encoding): string {
  return Object.entries(Encoding).find(([, number]) => number === encoding)?.[0] ?? String(encoding);
}

/**
 * A value in the encoding asked for; one that is in it already comes back as it is. No leaf-list leaves under a
 * JSON encoding as leaflist_val, which some clients cannot read: it is a JSON array.
 * Throws UnsupportedEncodingError, and JsonError when the value is JSON that cannot be read.
 */
export function encodeAs(value: Value, encoding: Encoding): Value {
  switch (encoding) {
    case Encoding.JSON:
      if (value.$case === 'jsonVal') return value;
      return { $case: 'jsonVal', value: printJson(toJson(value, 'json')) };
    case Encoding.JSON_IETF:
      if (value.$case === 'jsonIetfVal') return value;
      return { $case: 'jsonIetfVal', value: printJson(toJson(value, 'json_ietf')) };
    case Encoding.PROTO:
      return toNative(value);
    case Encoding.BYTES:
    case Encoding.ASCII:
    case Encoding.UNRECOGNIZED:
    default:
      throw new UnsupportedEncodingError(encoding);
  }
}
