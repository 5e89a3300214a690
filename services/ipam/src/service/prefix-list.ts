// Everything that is given out, in the order of its names, page by page: a parent before its children, the families of one
// name next to each other. The names of a parent are not sorted for it, only those of the page are found.

import type { Family } from '@syncline/trench/address.ts';
import { hostPrefix, type Prefix } from '@syncline/trench/prefix.ts';
import type { Branch, Placed } from '../tree/branch.ts';
import type { Conduit, Lease, Node, Trench } from '../tree/entries.ts';
import { families, type Tree } from '../tree/tree.ts';
import { lowestNames } from './lowest-names.ts';

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

/** What is in one parent, of one family. */
interface Level {
  readonly names: () => Iterable<string>;
  readonly entry: (name: string) => Entry | undefined;
}

interface Entry {
  readonly family: Family;
  readonly prefix: Prefix;
  readonly lease?: Lease;
  readonly below?: Level;
}

/** What comes after `after`, or all from the first one on; it may end after `count` entries. */
export function* listPrefixes(
  tree: Tree,
  filter: PrefixFilter,
  after: PrefixKey | undefined,
  count: number,
): Generator<ListedPrefix, void, undefined> {
  const trenches = families.map((family) => trenchLevel(tree, family, filter));
  yield* list(trenches, [], after, count);
}

function* list(
  levels: readonly Level[],
  parents: readonly string[],
  after: PrefixKey | undefined,
  count: number,
): Generator<ListedPrefix, void, undefined> {
  const reached = after?.path[parents.length] ?? '';
  for (const name of lowestNames(
    levels.map(({ names }) => names()),
    reached,
    count + 1,
  )) {
    // Once past it, all that follows is after it.
    const ahead = name === reached ? after : undefined;
    const path = pathOf([...parents, name]);
    const below: Level[] = [];
    for (const { entry } of levels) {
      const found = entry(name);
      if (found === undefined) continue;
      const { family, prefix, lease } = found;
      if (isAfter(ahead, path, family)) yield { path, family, prefix, lease };
      if (found.below !== undefined) below.push(found.below);
    }
    if (below.length > 0) yield* list(below, [...parents, name], ahead, count);
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

function trenchLevel(tree: Tree, family: Family, filter: PrefixFilter): Level {
  const trenches = new Map(Array.from(tree.trenches(family), (trench) => [trench.name, trench]));
  const entry = ({ conduits }: Trench): Entry => ({
    family,
    prefix: tree.layout(family).trench,
    below: branchLevel(conduits, conduitEntry, filter.conduit),
  });
  return levelOf(
    () => trenches.keys(),
    (name) => trenches.get(name),
    entry,
    filter.trench,
  );
}

function conduitEntry({ trench, prefix, nodes }: Conduit): Entry {
  return { family: trench.family, prefix, below: branchLevel(nodes, nodeEntry) };
}

function nodeEntry({ conduit, prefix, leases }: Node): Entry {
  return { family: conduit.trench.family, prefix, below: branchLevel(leases, leaseEntry) };
}

function leaseEntry(lease: Lease): Entry {
  return { family: lease.address.family, prefix: hostPrefix(lease.address), lease };
}

function branchLevel<Child extends Placed>(
  branch: Branch<Child>,
  entry: (child: Child) => Entry,
  filter = '',
): Level {
  return levelOf(
    () => branch.names(),
    (name) => branch.get(name),
    entry,
    filter,
  );
}

function levelOf<Child>(
  names: () => Iterable<string>,
  get: (name: string) => Child | undefined,
  entry: (child: Child) => Entry,
  filter: string,
): Level {
  const found = (name: string) => {
    const child = get(name);
    return child && entry(child);
  };
  if (filter === '') return { names, entry: found };
  return { names: () => [filter], entry: found };
}
