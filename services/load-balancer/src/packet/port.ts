// Ports, and ranges of them.

import { MalformedError } from '@syncline/trench/malformed-error.ts';

export const highestPort = 65_535;

/** All ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const rangeForm = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** `port` when it is one. Throws MalformedError naming `field`. */
export function checkPort(port: number, field: string): number {
  if (Number.isInteger(port) && port >= 0 && port <= highestPort) return port;
  throw new MalformedError(field, String(port), `not a port from 0 to ${highestPort}`);
}

/** The range that `text` writes: `first-last`, one port, or `any`. Throws MalformedError naming `field`. */
export function parsePortRange(text: string, field: string): PortRange {
  if (text === 'any') return { first: 0, last: highestPort };
  const [, from, to = from] = rangeForm.exec(text) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === undefined || first > highestPort || last > highestPort) {
    throw new MalformedError(field, text, `not any, a port from 0 to ${highestPort}, or first-last`);
  }
  if (first > last) throw new MalformedError(field, text, 'it ends before it begins');
  return { first, last };
}

/** Whether one of the ranges has the port; no ranges stand for all ports. */
export function hasPort(ranges: readonly PortRange[], port: number): boolean {
  return ranges.length === 0 || ranges.some(({ first, last }) => first <= port && port <= last);
}
