// The device's data: leaves by path. It changes in steps, each of which comes out as one Change that says all
// there is to tell. A leaf that a step removes and sets again stays the same object and counts as set.

import type { Operation } from '@syncline/gnmi/notification.ts';
import { type Path, rootPath } from '@syncline/gnmi/path.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { hasWildcard, Pattern } from '@syncline/gnmi/pattern.ts';
import { PathTrie } from '@syncline/gnmi/trie.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { sameValue } from '@syncline/gnmi/value-equality.ts';
import type { Change, Stamp } from './change.ts';
import { ListKeys } from './list-keys.ts';
import { TreeLeaf } from './tree-leaf.ts';

/** Leaves by path; the paths carry no target. */
export class Tree {
  /** How its lists are keyed. */
  readonly lists = new ListKeys();
  readonly #trie = new PathTrie<TreeLeaf>();
  readonly #leaves = new Set<TreeLeaf>();
  #largest = 0;

  /** The number of leaves. */
  get size(): number {
    return this.#leaves.size;
  }

  /** The most leaves that it has had. */
  get largest(): number {
    return this.#largest;
  }

  get(path: Path): TreeLeaf | undefined {
    return this.#trie.get(path);
  }

  /** All leaves, in the order in which they came. The tree may change while they are read. */
  all(): Iterable<TreeLeaf> {
    return this.#leaves;
  }

  /**
   * The leaves at or under a pattern, at the most `depth` levels below it (0: no limit). The tree may change while
   * they are read: a leaf that is added or removed meanwhile may be seen or not.
   */
  *match(pattern: Pattern, depth = 0): Generator<TreeLeaf, void> {
    for (const [, leaf] of this.#trie.walk(pattern, depth)) yield leaf;
  }

  /** Gives a leaf a value, a new leaf if need be. */
  set(path: Path, value: Value): TreeLeaf {
    const leaf = this.#trie.get(path);
    if (leaf === undefined) return this.#add(new TreeLeaf(untargeted(path), value));
    this.revise(leaf, value);
    return leaf;
  }

  /** Gives a leaf that is in the tree another value. */
  revise(leaf: TreeLeaf, value: Value): void {
    if (!sameValue(leaf.value, value)) leaf.version++;
    leaf.value = value;
  }

  /** Carries out the operations in order, as one step. */
  apply(operations: readonly Operation[], stamp: Stamp): Change {
    const removed = new Map<string, TreeLeaf>();
    const updates = new Set<TreeLeaf>();
    const deletes: Path[] = [];
    let atomicUnder: Path | undefined;
    for (const operation of operations) {
      if (operation.kind === 'set') {
        updates.add(this.#revive(operation.path, operation.value, removed));
        continue;
      }
      const gone = this.#remove(operation.path);
      for (const leaf of gone) {
        removed.set(printPath(leaf.path), leaf);
        updates.delete(leaf);
      }
      if (operation.kind === 'replace_prefix') atomicUnder = untargeted(operation.path);
      else if (hasWildcard(operation.path)) deletes.push(...gone.map(({ path }) => path));
      else deletes.push(untargeted(operation.path));
    }
    return { stamp, deletes, removed: [...removed.values()], updates: [...updates], atomicUnder, strays: [] };
  }

  #revive(path: Path, value: Value, removed: Map<string, TreeLeaf>): TreeLeaf {
    const key = removed.size > 0 ? printPath(path) : '';
    const leaf = removed.get(key);
    if (leaf === undefined) return this.set(path, value);
    removed.delete(key);
    this.revise(leaf, value);
    return this.#add(leaf);
  }

  #add(leaf: TreeLeaf): TreeLeaf {
    leaf.live = true;
    this.lists.learn(leaf.path);
    this.#trie.set(leaf.path, leaf);
    this.#leaves.add(leaf);
    this.#largest = Math.max(this.#largest, this.#leaves.size);
    return leaf;
  }

  #remove(path: Path): readonly TreeLeaf[] {
    const gone = this.#trie.deleteSubtree(new Pattern(path)).map(([, leaf]) => leaf);
    for (const leaf of gone) {
      leaf.live = false;
      this.#leaves.delete(leaf);
    }
    return gone;
  }
}

function untargeted(path: Path): Path {
  return path.target === '' ? path : { ...path, target: rootPath.target };
}
