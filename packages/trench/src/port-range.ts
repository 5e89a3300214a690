// Ranges of ports, as a flow asks for them.

import { MalformedError } from './malformed-error.ts';

export const highestPort = 65_535;

/** All ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const form = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** The range that `text` writes: `first-last`, one port, or `any`. Throws MalformedError naming `field`. */
export function parsePortRange(text: string, field: string): PortRange {
  if (text === 'any') return { first: 0, last: highestPort };
  const [, from, to = from] = form.exec(text) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === undefined || first > highestPort || last > highestPort) {
    throw new MalformedError(field, text, `not any, a port from 0 to ${highestPort}, or first-last`);
  }
  if (first > last) throw new MalformedError(field, text, 'it ends before it begins');
  return { first, last };
}
