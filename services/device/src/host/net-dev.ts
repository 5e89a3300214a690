// /proc/net/dev: Linux' packet counters, one line for each interface.

import type { Counters } from './interface.ts';

// The columns that openconfig-interfaces has a leaf for, in the file's order; '' is skipped.
const columnNames = [
  'in-octets',
  'in-pkts',
  'in-errors',
  'in-discards',
  '', // fifo
  '', // frame
  '', // compressed
  'in-multicast-pkts',
  'out-octets',
  'out-pkts',
  'out-errors',
  'out-discards',
];

/** The counters of every interface in the file's text. Lines of another shape are headings and are skipped. */
export function parseNetDev(text: string): Map<string, Counters> {
  const counters = new Map<string, Counters>();
  for (const line of text.split('\n')) {
    const [, name = '', columns = ''] = /^\s*(\S+):\s*((?:\d+\s*)+)$/.exec(line) ?? [];
    if (name === '') continue;
    const values = columns.trim().split(/\s+/);
    const named = columnNames.map((column, i) => [column, BigInt(values[i] ?? 0)] as const);
    counters.set(name, Object.fromEntries(named.filter(([column]) => column !== '')));
  }
  return counters;
}
