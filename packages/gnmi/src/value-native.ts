// Values as the scalars of PROTO encoding. JSON scalars become typed ones and arrays of scalars leaf-lists; what
// has no typed form stays JSON: objects, arrays of anything else, and the empty leaf (null or [null]).

import { isLosslessNumber } from 'lossless-json';
import { isJsonArray, type JsonValue, parseJson } from './json.ts';
import { decimalText, type Value } from './value.ts';

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

/**
 * The PROTO form of a value. Integers are int_val, or uint_val above 2^63 - 1; whatever else is a number becomes
 * double_val, float_val and decimal_val (deprecated, never sent) included; ascii_val becomes string_val.
 * Throws JsonError when the value is JSON that cannot be read.
 */
export function toNative(value: Value): Value {
  switch (value.$case) {
    case 'stringVal':
    case 'intVal':
    case 'uintVal':
    case 'boolVal':
    case 'bytesVal':
    case 'doubleVal':
    case 'anyVal':
    case 'protoBytes':
      return value;
    case 'asciiVal':
      return { $case: 'stringVal', value: value.value };
    case 'floatVal':
      return { $case: 'doubleVal', value: value.value };
    case 'decimalVal':
      return { $case: 'doubleVal', value: Number(decimalText(value.value)) };
    case 'leaflistVal': {
      const element = value.value.element.map((item) => ({ value: item.value && toNative(item.value) }));
      return { $case: 'leaflistVal', value: { element } };
    }
    case 'jsonVal':
    case 'jsonIetfVal':
      return nativeOf(parseJson(value.value)) ?? value;
  }
}

function nativeOf(json: JsonValue): Value | undefined {
  if (!isJsonArray(json)) return scalarOf(json);
  const element = json.map((item) => ({ value: scalarOf(item) }));
  if (element.some((item) => item.value === undefined)) return undefined;
  return { $case: 'leaflistVal', value: { element } };
}

function scalarOf(json: JsonValue): Value | undefined {
  if (typeof json === 'string') return { $case: 'stringVal', value: json };
  if (typeof json === 'boolean') return { $case: 'boolVal', value: json };
  return isLosslessNumber(json) ? numberOf(json.value) : undefined;
}

function numberOf(text: string): Value {
  // The longest 64-bit integer has 20 characters; BigInt is slow for absurdly long ones.
  if (/^-?\d{1,20}$/.test(text)) {
    const integer = BigInt(text);
    if (integer >= minInt64 && integer <= maxInt64) return { $case: 'intVal', value: integer };
    if (integer >= 0n && integer <= maxUint64) return { $case: 'uintVal', value: integer };
  }
  return { $case: 'doubleVal', value: Number(text) };
}
