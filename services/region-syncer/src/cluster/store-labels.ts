// The labels of a store that announces itself again.

import type { StoreLabel } from '@syncline/proto/metapb.ts';

/** What is said anew replaces what has the same key, whatever its case; an empty value removes the label. As in PD. */
export function mergeLabels(known: readonly StoreLabel[], said: readonly StoreLabel[]): StoreLabel[] {
  const merged = new Map(known.map((label) => [label.key.toLowerCase(), label]));
  for (const { key, value } of said) {
    const before = merged.get(key.toLowerCase());
    merged.set(key.toLowerCase(), { key: before?.key ?? key, value });
  }
  return [...merged.values()].filter(({ value }) => value !== '');
}
