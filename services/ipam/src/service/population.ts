// How many of what there are, each counted once whatever families it has a prefix in, but for addresses.

import type { Tree } from '../tree/tree.ts';

export interface Population {
  readonly trenches: number;
  readonly conduits: number;
  readonly nodes: number;
  readonly addresses: number;
}

export function populationOf(tree: Tree): Population {
  const names = new Map<string, Map<string, Set<string>>>();
  let addresses = 0;
  for (const { name, trench, nodes } of tree.conduits()) {
    const conduits = entryOf(names, trench.name, () => new Map<string, Set<string>>());
    const nodeNames = entryOf(conduits, name, () => new Set<string>());
    for (const node of nodes.children()) {
      nodeNames.add(node.name);
      addresses += node.leases.size;
    }
  }
  const conduits = [...names.values()].flatMap((trench) => [...trench.values()]);
  return {
    trenches: names.size,
    conduits: conduits.length,
    nodes: conduits.reduce((sum, { size }) => sum + size, 0),
    addresses,
  };
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
