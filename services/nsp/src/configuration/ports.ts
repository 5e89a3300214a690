// Port ranges of a flow.

import type { Text } from './mapping.ts';
import type { Problems } from './problem.ts';

/** Both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const highestPort = 65_535;

/** The range that `first-last`, one port or `any` writes; what is wrong with it otherwise. */
export function parsePortRange(text: string): PortRange | string {
  if (text === 'any') return { first: 0, last: highestPort };
  const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === '' || first > highestPort || last > highestPort)
    return `must be first-last, one port, or any; ports are from 0 to ${highestPort}`;
  if (first > last) return 'the first port is above the last';
  return { first, last };
}

/** Notes every range that cannot be read, and every one that has a port of an earlier one. */
export function checkPortRanges(texts: readonly Text[], problems: Problems): void {
  const earlier: { readonly range: PortRange; readonly text: string }[] = [];
  for (const entry of texts) {
    const range = parsePortRange(entry.text);
    if (typeof range === 'string') {
      problems.add(entry, entry.text, range);
      continue;
    }
    const other = earlier.find((each) => each.range.first <= range.last && range.first <= each.range.last);
    if (other !== undefined) problems.add(entry, entry.text, `overlaps ${other.text}`);
    earlier.push({ range, text: entry.text });
  }
}
