// Messages as JSON by the names of the .proto file, for services whose status is shown as it is.

import type { Printable } from './print.ts';

/** The fields of a message, at every depth, under their names in the .proto file: `nextIndex` is `next_index`. */
export function protoJson(message: object): Printable {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]: [string, unknown]) => [protoName(name), printable(value)]),
  );
}

function printable(value: unknown): Printable {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? value.map(printable) : protoJson(value);
}

function protoName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
