// Layouts for tests.

import type { Family } from '@syncline/trench/address.ts';
import { parsePrefix } from '@syncline/trench/prefix.ts';
import type { Layout } from './layout.ts';
import type { Layouts } from './tree.ts';

/** A layout in short: `layoutOf('10.0.0.0/16', 20, 24, 32)`. */
export function layoutOf(trench: string, conduit: number, node: number, child: number): Layout {
  const prefix = parsePrefix(trench);
  const family: Family = prefix.address.family;
  return { family, trench: prefix, conduit, node, child };
}

/** Meridio's. */
export const usualLayouts: Layouts = {
  ipv4: layoutOf('169.255.0.0/16', 20, 24, 32),
  ipv6: layoutOf('fd00::/48', 56, 64, 128),
};

/** Two conduits of two nodes of two children in IPv4, three in IPv6 when its first and last address do not count. */
export const tinyLayouts: Layouts = {
  ipv4: layoutOf('10.0.0.0/28', 29, 30, 32),
  ipv6: layoutOf('fd00::/123', 124, 125, 128),
};
