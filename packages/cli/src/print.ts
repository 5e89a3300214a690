// What commands print: tables for people, JSON for programs. No digit is lost in either.

import { type JsonValue, printJson } from '@syncline/gnmi/json.ts';
import { toJson } from '@syncline/gnmi/value-json.ts';
import Table from 'cli-table3';

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** Rows under a head, in columns as wide as they need. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true },
  });
  table.push([...head], ...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Prints a line of text. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What can be printed as JSON: plain objects, with bigints and bytes in them. */
export type Printable =
  | null
  | undefined
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | Json
  | readonly Printable[]
  | { readonly [name: string]: Printable };

/** A value that is JSON already. */
export class Json {
  readonly value: JsonValue;

  constructor(value: JsonValue) {
    this.value = value;
  }
}

/** The JSON text of a value, on one line: bigints with all their digits, bytes in base64. */
export function jsonText(value: Printable): string {
  return Buffer.from(printJson(toJsonValue(value))).toString();
}

function toJsonValue(value: Printable): JsonValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Json) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return toJson({ $case: 'intVal', value }, 'json');
  if (typeof value === 'number') return toJson({ $case: 'doubleVal', value }, 'json');
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(toJsonValue);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toJsonValue(member)]));
}

function isList(value: object): value is readonly Printable[] {
  return Array.isArray(value);
}
