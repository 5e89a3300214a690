// The value of a leaf as gNMI carries it: one member of TypedValue. Which member is set is the only sign of the
// encoding, so a value is kept as it came and converted on the way out (encoding.ts), never before.

import type * as gnmi from '@syncline/proto/gnmi.ts';

/** The member of a TypedValue that is set. */
export type Value = NonNullable<gnmi.TypedValue['value']>;

/** A value that is JSON text of either flavour. */
export type JsonTyped = Extract<Value, { $case: 'jsonVal' | 'jsonIetfVal' }>;

/** The two ways gNMI writes JSON: plain, and by RFC 7951. */
export type JsonFlavour = 'json' | 'json_ietf';

/** Whether a value is JSON text. */
export function isJson(value: Value): value is JsonTyped {
  return value.$case === 'jsonVal' || value.$case === 'jsonIetfVal';
}

/** Digits · 10^-precision as exact decimal text; with an exponent where YANG's 18 fraction digits do not do. */
export function decimalText({ digits, precision }: gnmi.Decimal64): string {
  if (precision === 0) return String(digits);
  if (precision > 18) return `${digits}E-${precision}`;
  const sign = digits < 0n ? '-' : '';
  const padded = String(digits < 0n ? -digits : digits).padStart(precision + 1, '0');
  return `${sign}${padded.slice(0, -precision)}.${padded.slice(-precision)}`;
}
