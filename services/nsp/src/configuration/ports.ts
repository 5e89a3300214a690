// Port ranges of a flow.

import { type PortRange, parsePortRange } from '@syncline/trench/port-range.ts';
import type { Text } from './mapping.ts';
import type { Problems } from './problem.ts';

/** Notes every range that cannot be read, and every one that has a port of an earlier one. */
export function checkPortRanges(texts: readonly Text[], problems: Problems): void {
  const earlier: { readonly range: PortRange; readonly text: string }[] = [];
  for (const entry of texts) {
    const range = problems.read(entry, entry.text, parsePortRange);
    if (range === undefined) continue;
    const other = earlier.find((each) => each.range.first <= range.last && range.first <= each.range.last);
    if (other !== undefined) problems.add(entry, entry.text, `overlaps ${other.text}`);
    earlier.push({ range, text: entry.text });
  }
}
