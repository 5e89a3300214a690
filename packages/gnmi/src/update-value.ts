// The value of an Update, whichever of its two fields it came in.

import { Encoding, type Update } from '@syncline/proto/gnmi.ts';
import type { Value } from './value.ts';

/** The value of an update, undefined when it has none. The pre-0.4 field counts only when `val` is unset. */
export function updateValue(update: Update): Value | undefined {
  if (update.val?.value !== undefined) return update.val.value;
  if (update.value === undefined) return undefined;
  const { type, value } = update.value;
  switch (type) {
    case Encoding.JSON:
      return { $case: 'jsonVal', value };
    case Encoding.JSON_IETF:
      return { $case: 'jsonIetfVal', value };
    case Encoding.PROTO:
      return { $case: 'protoBytes', value };
    case Encoding.ASCII:
      return { $case: 'asciiVal', value: new TextDecoder().decode(value) };
    case Encoding.BYTES:
    case Encoding.UNRECOGNIZED:
    default:
      return { $case: 'bytesVal', value };
  }
}
