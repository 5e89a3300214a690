// Values by concrete path. Paths are compared by origin and elements; a target is not part of the key. Invariant:
// every branch leads to an entry, so an emptied tree holds nothing.

import type { Path, PathElem } from './path.ts';
import { isAlive, isWithin, type MatchState, Pattern } from './pattern.ts';
import { TrieLevel } from './trie-level.ts';

/** A path, as it was set, and its value. */
export type TrieEntry<V> = readonly [path: Path, value: V];

class TrieNode<V> {
  readonly elem: PathElem;
  readonly below = new TrieLevel<TrieNode<V>>();
  entry: TrieEntry<V> | undefined;

  constructor(elem: PathElem) {
    this.elem = elem;
  }

  /** The child of this element, made when it is missing. */
  child(elem: PathElem): TrieNode<V> {
    const known = this.below.get(elem);
    if (known !== undefined) return known;
    const child = new TrieNode<V>(elem);
    this.below.add(child);
    return child;
  }
}

/** A map from paths to values that can be read and cut by pattern. */
export class PathTrie<V> {
  readonly #roots = new Map<string, TrieNode<V>>();
  #size = 0;

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  get(path: Path): V | undefined {
    let node = this.#roots.get(path.origin);
    for (const elem of path.elems) node = node?.below.get(elem);
    return node?.entry?.[1];
  }

  /** Sets the value at a path and gives the one it replaces. Branches may have values too. */
  set(path: Path, value: V): V | undefined {
    let node = this.#roots.get(path.origin) ?? new TrieNode<V>(rootElem);
    this.#roots.set(path.origin, node);
    for (const elem of path.elems) node = node.child(elem);
    const previous = node.entry;
    if (previous === undefined) this.#size++;
    node.entry = [path, value];
    return previous?.[1];
  }

  /** Removes the entry at exactly this path, not those below it, and gives its value. */
  delete(path: Path): V | undefined {
    const root = this.#roots.get(path.origin);
    if (root === undefined) return undefined;
    const nodes = [root];
    for (const elem of path.elems) {
      const child = nodes.at(-1)?.below.get(elem);
      if (child === undefined) return undefined;
      nodes.push(child);
    }
    const removed = nodes.at(-1)?.entry;
    if (removed === undefined) return undefined;
    this.#size--;
    this.#prune(path.origin, nodes);
    return removed[1];
  }

  /** Removes everything at or under a pattern, or a literal path, and gives the entries in canonical order. */
  deleteSubtree(at: Pattern | Path): readonly TrieEntry<V>[] {
    const removed = [...this.walk(at instanceof Pattern ? at : new Pattern(at))];
    for (const [path] of removed) this.delete(path);
    return removed;
  }

  /**
   * The entries at or under a pattern in canonical order, a branch before what is below it, no deeper than
   * `depth` levels (0: no limit, see `isWithin`). An entry set or deleted while walking may be seen or not.
   */
  *walk(pattern: Pattern, depth = 0): Generator<TrieEntry<V>, void> {
    const root = this.#roots.get(pattern.origin);
    const pending: [TrieNode<V>, MatchState][] = root === undefined ? [] : [[root, pattern.start]];
    for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
      const [{ entry, below }, state] = visit;
      if (entry !== undefined && isWithin(state, depth)) yield entry;
      const isDeepest = state.open.length === 0 && depth > 0 && state.below === depth;
      if (isDeepest) continue;
      const next = pattern.next(state);
      for (const child of (next === undefined ? below.all() : below.candidates(next)).toReversed()) {
        const reached = pattern.advance(state, child.elem);
        if (isAlive(reached)) pending.push([child, reached]);
      }
    }
  }

  #prune(origin: string, nodes: readonly TrieNode<V>[]): void {
    const last = nodes.at(-1);
    if (last !== undefined) last.entry = undefined;
    for (const [i, node] of [...nodes.entries()].toReversed()) {
      if (node.entry !== undefined || !node.below.isEmpty) return;
      const parent = nodes[i - 1];
      if (parent === undefined) this.#roots.delete(origin);
      else parent.below.remove(node.elem);
    }
  }
}

const rootElem: PathElem = { name: '', keys: [] };
