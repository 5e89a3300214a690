// The `vips` and the `attractors` of the file.

import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Text } from './mapping.ts';
import { parseNetwork } from './prefixes.ts';

export interface VipFields {
  readonly address: string;
  readonly trench: string;
}

export interface AttractorFields {
  readonly vips: readonly Text[];
  readonly gateways: readonly Text[];
  readonly trench: string;
}

/** Reads and checks them. */
export function readVips(part: Part): readonly Entry<VipFields>[] {
  return readEntries(part, 'vips', ['address', 'trench'], 'free', (at) => {
    const address = at.text('address');
    const prefix = parseNetwork(address);
    if (typeof prefix === 'string') at.wrong('address', at.has('address') ? address : undefined, prefix);
    return { address, trench: at.text('trench') };
  });
}

/** Reads and checks them. A VIP is announced by one attractor only. */
export function readAttractors(part: Part): readonly Entry<AttractorFields>[] {
  const announced = new Map<string, string>();
  return readEntries(part, 'attractors', ['vips', 'gateways', 'trench'], 'free', (at) => {
    const vips = at.texts('vips');
    const name = at.text('name');
    for (const { text } of vips) {
      const other = announced.get(text);
      if (other !== undefined && other !== name)
        at.wrong('vips', text, `a vip cannot be shared between 2 attractors: ${other} has it`);
      announced.set(text, name);
    }
    return { vips, gateways: at.texts('gateways'), trench: at.text('trench') };
  });
}
