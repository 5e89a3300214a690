// JSON text and back without touching a digit: numbers stay text (LosslessNumber), because JSON.parse rounds
// every integer above 2^53. Nesting is bounded before parsing, since parser and printer are recursive.

import { isLosslessNumber, type LosslessNumber, parse, stringify } from 'lossless-json';

/** A JSON value whose numbers are exact. */
export type JsonValue = null | boolean | string | LosslessNumber | readonly JsonValue[] | JsonObject;

/** The members of a JSON object. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Bytes that are no JSON; the message says what and where. */
export class JsonError extends Error {
  override name = 'JsonError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * Parses UTF-8 JSON. Throws JsonError for bytes that are not UTF-8, for a syntax error, for an object that gives
 * one member two values, and for more than `maxNesting` open brackets.
 */
export function parseJson(bytes: Uint8Array, maxNesting = 128): JsonValue {
  try {
    const text = utf8.decode(bytes);
    checkNesting(text, maxNesting);
    return parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new JsonError(`unreadable JSON: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** Prints JSON as UTF-8, without white space. */
export function printJson(value: JsonValue): Uint8Array {
  return encoder.encode(stringify(value) ?? 'null');
}

/** Whether a value is an array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value is an object: neither a scalar nor an array. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

function checkNesting(text: string, bound: number): void {
  let open = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      inString = true;
    } else if (char === '[' || char === '{') {
      if (++open > bound) throw new JsonError(`unreadable JSON: nested deeper than ${bound} levels`);
    } else if (char === ']' || char === '}') {
      open--;
    }
  }
}
