// Values as JSON. Plain JSON writes numbers as numbers. JSON_IETF follows RFC 7951 as far as that goes without a
// schema: integers that do not fit in 32 bits and all fractions (YANG has no other than decimal64) are strings,
// an empty leaf is [null]. Names keep no module in plain JSON and get none in JSON_IETF.

import { isLosslessNumber, LosslessNumber } from 'lossless-json';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson } from './json.ts';
import { decimalText, type JsonFlavour, type Value } from './value.ts';

/**
 * The JSON form of a value; every value has one. Bytes, also of `proto_bytes` and `any_val`, become base64;
 * infinities and NaN, which JSON lacks, the strings that protobuf's JSON mapping uses. Throws JsonError when the
 * value is JSON that cannot be read.
 */
export function toJson(value: Value, flavour: JsonFlavour): JsonValue {
  switch (value.$case) {
    case 'stringVal':
    case 'asciiVal':
    case 'boolVal':
      return value.value;
    case 'intVal':
    case 'uintVal':
      return numberOf(String(value.value), flavour);
    case 'doubleVal':
    case 'floatVal':
      return doubleOf(value.value, flavour);
    case 'decimalVal':
      return numberOf(decimalText(value.value), flavour);
    case 'bytesVal':
    case 'protoBytes':
      return base64(value.value);
    case 'anyVal':
      return { '@type': value.value.typeUrl, value: base64(value.value.value) };
    case 'leaflistVal':
      return value.value.element.map((item) =>
        item.value === undefined ? null : toJson(item.value, flavour),
      );
    case 'jsonVal': {
      const json = parseJson(value.value);
      return flavour === 'json' ? json : qualify(json);
    }
    case 'jsonIetfVal': {
      const json = parseJson(value.value);
      return flavour === 'json_ietf' ? json : unqualify(json);
    }
  }
}

/** A member name without its `module:` prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function numberOf(text: string, flavour: JsonFlavour): JsonValue {
  return flavour === 'json' || fits32(text) ? new LosslessNumber(text) : text;
}

function doubleOf(value: number, flavour: JsonFlavour): JsonValue {
  if (!Number.isFinite(value)) return String(value);
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return flavour === 'json' ? new LosslessNumber(text) : text;
}

/** Whether a number's text is an integer that an int32 or a uint32 holds. */
function fits32(text: string): boolean {
  if (!/^-?\d{1,10}$/.test(text)) return false;
  const value = Number(text);
  return value >= -0x8000_0000 && value <= 0xffff_ffff;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Plain JSON as JSON_IETF. */
function qualify(json: JsonValue): JsonValue {
  if (json === null) return [null];
  if (isLosslessNumber(json)) return numberOf(json.value, 'json_ietf');
  if (isJsonObject(json)) return mapMembers(json, (name) => name, qualify);
  if (!isJsonArray(json)) return json;
  return json.length === 1 && json[0] === null ? json : json.map(qualify);
}

/** JSON_IETF as plain JSON; a number in quotes stays a string, since without a schema it may be one. */
function unqualify(json: JsonValue): JsonValue {
  if (isJsonObject(json)) return mapMembers(json, localName, unqualify);
  return isJsonArray(json) ? json.map(unqualify) : json;
}

function mapMembers(
  json: JsonObject,
  rename: (name: string) => string,
  convert: (value: JsonValue) => JsonValue,
): JsonObject {
  // fromEntries defines members where an assignment to `__proto__` would not.
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [rename(name), convert(value)]));
}
