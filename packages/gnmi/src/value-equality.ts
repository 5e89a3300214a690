// When two values say the same. Values arrive in the encoding of whoever sent them, so the comparison is of
// their PROTO forms: the JSON text 5 equals int_val 5 and uint_val 5, a plain-JSON object one in JSON_IETF.
// Without a schema a quoted number is a string: "5" equals neither.

import { isLosslessNumber } from 'lossless-json';
import { isJsonArray, isJsonObject, type JsonValue, parseJson } from './json.ts';
import { isJson, type Value } from './value.ts';
import { toNative } from './value-native.ts';

/** Whether two values say the same. Throws JsonError when one is JSON that cannot be read. */
export function sameValue(a: Value, b: Value): boolean {
  if (isJson(a) && isJson(b) && sameBytes(a.value, b.value)) return true;
  return sameNative(toNative(a), toNative(b));
}

function sameNative(a: Value, b: Value): boolean {
  if (isInteger(a)) return isInteger(b) && a.value === b.value;
  if (isJson(a)) return isJson(b) && sameJson(parseJson(a.value), parseJson(b.value));
  switch (a.$case) {
    case 'bytesVal':
    case 'protoBytes':
      return b.$case === a.$case && sameBytes(a.value, b.value);
    case 'anyVal':
      return (
        b.$case === 'anyVal' && a.value.typeUrl === b.value.typeUrl && sameBytes(a.value.value, b.value.value)
      );
    case 'leaflistVal': {
      if (b.$case !== 'leaflistVal') return false;
      const others = b.value.element;
      return (
        a.value.element.length === others.length &&
        a.value.element.every(({ value }, i) => {
          const other = others[i]?.value;
          return value === undefined || other === undefined ? value === other : sameNative(value, other);
        })
      );
    }
    case 'doubleVal':
      return b.$case === 'doubleVal' && (a.value === b.value || Object.is(a.value, b.value));
    case 'stringVal':
    case 'boolVal':
    case 'asciiVal':
    case 'floatVal':
    case 'decimalVal':
      return b.$case === a.$case && a.value === b.value;
  }
}

function isInteger(value: Value): value is Extract<Value, { $case: 'intVal' | 'uintVal' }> {
  return value.$case === 'intVal' || value.$case === 'uintVal';
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameJson(a: JsonValue, b: JsonValue | undefined): boolean {
  if (b === undefined) return false;
  if (isLosslessNumber(a)) return isLosslessNumber(b) && a.value === b.value;
  if (isJsonArray(a)) {
    return isJsonArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (!isJsonObject(a)) return a === b;
  if (!isJsonObject(b)) return false;
  const members = Object.entries(a);
  return (
    members.length === Object.keys(b).length &&
    members.every(([name, value]) => Object.hasOwn(b, name) && sameJson(value, b[name]))
  );
}
