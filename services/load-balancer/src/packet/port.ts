// The ports of a packet.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { highestPort, type PortRange } from '@syncline/trench/port-range.ts';

/** `port` when it is one. Throws MalformedError naming `field`. */
export function checkPort(port: number, field: string): number {
  if (Number.isInteger(port) && port >= 0 && port <= highestPort) return port;
  throw new MalformedError(field, String(port), `not a port from 0 to ${highestPort}`);
}

/** Whether one of the ranges has the port; no ranges stand for all ports. */
export function hasPort(ranges: readonly PortRange[], port: number): boolean {
  return ranges.length === 0 || ranges.some(({ first, last }) => first <= port && port <= last);
}
