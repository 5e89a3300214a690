// Everything that is given out, in the order of its names, page by page: a parent before its children, the families of one
// name next to each other.

import type { Family } from '@syncline/trench/address.ts';
import { hostPrefix, type Prefix } from '@syncline/trench/prefix.ts';
import type { Conduit, Lease, Node, Trench } from '../tree/entries.ts';
import { families, type Tree } from '../tree/tree.ts';

/** Trench, conduit, node and name; those below the entry are empty. */
export type Path = readonly [trench: string, conduit: string, node: string, name: string];

/** The place of an entry in the order. */
export interface PrefixKey {
  readonly path: Path;
  readonly family: Family;
}

export interface ListedPrefix extends PrefixKey {
  readonly prefix: Prefix;
  /** Of an address. */
  readonly lease: Lease | undefined;
}

/** Only what is in this trench, or this conduit; empty for all. */
export interface PrefixFilter {
  readonly trench: string;
  readonly conduit: string;
}

/** One entry of any level. */
interface Entry {
  readonly name: string;
  readonly family: Family;
  readonly prefix: Prefix;
  readonly lease?: Lease;
  readonly below: () => Entry[];
}

/** What comes after `after`, or all. Sorts the names of one parent at a time. */
export function* listPrefixes(
  tree: Tree,
  filter: PrefixFilter,
  after: PrefixKey | undefined,
): Generator<ListedPrefix, void, undefined> {
  yield* list(trenches(tree, filter), [], after);
}

function* list(
  siblings: readonly Entry[],
  parents: readonly string[],
  after: PrefixKey | undefined,
): Generator<ListedPrefix, void, undefined> {
  const depth = parents.length;
  const byName = Map.groupBy(siblings, ({ name }) => name);
  for (const name of [...byName.keys()].sort()) {
    const reached = after?.path[depth] ?? '';
    if (name < reached) continue;
    // Once past it, all that follows is after it.
    const ahead = name === reached ? after : undefined;
    const same = byName.get(name) ?? [];
    const path = pathOf([...parents, name]);
    for (const { family, prefix, lease } of same)
      if (isAfter(ahead, path, family)) yield { path, family, prefix, lease };
    yield* list(
      same.flatMap(({ below }) => below()),
      [...parents, name],
      ahead,
    );
  }
}

/** Of an entry on the way to `key`, or at it. */
function isAfter(key: PrefixKey | undefined, path: Path, family: Family): boolean {
  if (key === undefined) return true;
  return (
    path.every((part, depth) => part === key.path[depth]) &&
    families.indexOf(family) > families.indexOf(key.family)
  );
}

function pathOf([trench = '', conduit = '', node = '', name = '']: readonly string[]): Path {
  return [trench, conduit, node, name];
}

function trenches(tree: Tree, filter: PrefixFilter): Entry[] {
  return families.flatMap((family) =>
    [...tree.trenches(family)]
      .filter(({ name }) => isWanted(name, filter.trench))
      .map((trench) => trenchEntry(tree, trench, filter)),
  );
}

function trenchEntry(tree: Tree, { name, family, conduits }: Trench, filter: PrefixFilter): Entry {
  const below = () =>
    [...conduits.children()].filter((conduit) => isWanted(conduit.name, filter.conduit)).map(conduitEntry);
  return { name, family, prefix: tree.layout(family).trench, below };
}

function conduitEntry({ name, trench, prefix, nodes }: Conduit): Entry {
  return { name, family: trench.family, prefix, below: () => [...nodes.children()].map(nodeEntry) };
}

function nodeEntry({ name, conduit, prefix, leases }: Node): Entry {
  const { family } = conduit.trench;
  return { name, family, prefix, below: () => [...leases.children()].map(leaseEntry) };
}

function leaseEntry(lease: Lease): Entry {
  const { name, address } = lease;
  return { name, family: address.family, prefix: hostPrefix(address), lease, below: () => [] };
}

function isWanted(name: string, filter: string): boolean {
  return filter === '' || name === filter;
}
