// Leases as text, one a line, sorted: `ipv4 t 10.0.0.1 c n a`, for comparisons.

import { printAddress } from '@syncline/trench/address.ts';
import { tinyLayouts } from '../../tree/layout.fixture.ts';
import type { TreeRows } from '../../tree/rows.ts';
import { Tree } from '../../tree/tree.ts';

/** The leases of a tree; none when there is no tree. */
export function shownTree(tree: Tree | undefined): string[] {
  const lines: string[] = [];
  for (const { name: conduit, nodes, trench } of tree?.conduits() ?? []) {
    for (const { name: node, leases } of nodes.children()) {
      for (const { name, address, releasing } of leases.children()) {
        const end = releasing ? ' (releasing)' : '';
        lines.push(`${trench.name}/${printAddress(address)} ${conduit} ${node} ${name}${end}`);
      }
    }
  }
  return lines.sort();
}

/** The leases that a store keeps. */
export function shownRows(rows: TreeRows): string[] {
  return shownTree(new Tree(tinyLayouts, rows));
}
