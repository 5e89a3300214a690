// Which leaves a set of request paths covers. The patterns become an automaton over the tree: each node's state is
// worked out once, from its parent's, so a leaf that changes again costs one look-up.
// Invariant: a cached state belongs to a node that has not been removed since (PathTree.removals).

import type { Path, PathElem, PathKey } from '@syncline/gnmi/path.ts';
import { hasWildcard, isAlive, isWithin, type MatchState, Pattern } from '@syncline/gnmi/pattern.ts';
import { grown } from './columns.ts';
import type { LeafTable } from './leaf-table.ts';
import { rootNode } from './path-tree.ts';
import { decodeElem, encodeElem, originMark, originName } from './path-wire.ts';

const unknown = 0;
const dead = 1;

interface State {
  /** One for each pattern; empty in `dead`. */
  readonly places: readonly MatchState[];
  /** A leaf here is covered. */
  readonly covered: boolean;
  /** The children that can go on are the one of this element alone. */
  readonly only: PathElem | undefined;
}

export class Selector {
  readonly #leaves: LeafTable;
  readonly #patterns: readonly Pattern[];
  readonly #depth: number;
  readonly #all: boolean;
  #states: State[] = [];
  #numbers: Map<string, number> = new Map();
  #steps: Map<number, number> = new Map();
  #ofNode: Int32Array = new Int32Array(64);
  #removals = -1;

  /**
   * Covers what lies at or under one of `paths`, at most `depth` levels below (0: any). A path of the default
   * origin does not cover foreign origins. A path of an origin the tree has not got covers the default one
   * also, because clients name a module there (datastore.md 3.6).
   */
  constructor(leaves: LeafTable, paths: readonly Path[], depth: number) {
    this.#leaves = leaves;
    this.#patterns = paths.map((path) => new Pattern(path));
    this.#depth = depth;
    this.#all = depth === 0 && paths.some((path) => path.elems.length === 0 && path.origin === '');
  }

  /** Whether the leaf is covered. */
  covers(leaf: number): boolean {
    if (this.#all && this.#leaves.foreign === 0) return true;
    return this.#state(this.#leaves.node[leaf] as number).covered;
  }

  /** The leaves that are covered now, present or not, ascending. */
  collect(): Uint32Array {
    const found: number[] = [];
    this.walk((node) => {
      const leaf = this.#leaves.tree.leaf(node);
      if (leaf >= 0) found.push(leaf);
    });
    return Uint32Array.from(found).sort();
  }

  /** Visits every covered node, a parent before its children, children in the order in which they came. `visit` answers false to pass over what is under it. */
  walk(visit: (node: number) => boolean | void): void {
    const { tree } = this.#leaves;
    // A node stands for itself and its later siblings, its complement for itself alone.
    const pending = [~rootNode];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const node = next < 0 ? ~next : next;
      const sibling = next < 0 ? -1 : tree.nextSibling(node);
      if (sibling >= 0) pending.push(sibling);
      const state = this.#state(node);
      if (state.places.length === 0) continue;
      if (state.covered && visit(node) === false) continue;
      const only = state.only === undefined ? undefined : this.#onlyChild(node, state.only);
      const child = only ?? tree.firstChild(node);
      if (child >= 0) pending.push(only === undefined ? child : ~child);
    }
  }

  /**
   * The child that alone can match the element, -1 when none can, undefined when any may. It need not look at every
   * entry of a long list, because the entries of a list all have the same keys.
   */
  #onlyChild(node: number, elem: PathElem): number | undefined {
    if (elem.keys.length === 0 || hasWildcard({ origin: '', target: '', elems: [elem] })) return undefined;
    const { tree } = this.#leaves;
    const bytes = encodeElem(elem);
    const id = tree.elems.find(bytes, 0, bytes.length);
    const exact = id < 0 ? -1 : tree.child(node, id);
    if (exact >= 0) return exact;
    for (let child = tree.firstChild(node); child >= 0; child = tree.nextSibling(child)) {
      const entry = tree.elems.view(tree.elem(child));
      if (entry[0] === originMark) continue;
      const { name, keys } = decodeElem(entry, 0, entry.length);
      if (name === elem.name && keys.length > 0) return haveSameNames(keys, elem.keys) ? -1 : undefined;
    }
    return -1;
  }

  #state(node: number): State {
    this.#refresh();
    return this.#states[this.#number(node)] as State;
  }

  #number(node: number): number {
    if (node >= this.#ofNode.length)
      this.#ofNode = grown(this.#ofNode, Math.max(node + 1, this.#leaves.tree.bound));
    const known = this.#ofNode[node] as number;
    if (known !== unknown) return known;
    const number = node === rootNode ? this.#startNumber() : this.#step(node);
    this.#ofNode[node] = number;
    return number;
  }

  #step(node: number): number {
    const tree = this.#leaves.tree;
    const from = this.#number(tree.parent(node));
    if (from === dead) return dead;
    const elem = tree.elem(node);
    const key = from * 0x100000000 + elem;
    const known = this.#steps.get(key);
    if (known !== undefined) return known;
    const bytes = tree.elems.bytes(elem);
    const start = tree.elems.start(elem);
    const end = start + tree.elems.length(elem);
    const number =
      bytes[start] === originMark
        ? this.#intoOrigin(originName(bytes.subarray(start, end)))
        : this.#advance(
            this.#states[from] as State,
            decodeElem(bytes, start, end),
            tree.parent(node) === rootNode,
          );
    // The cache is a help, not a need: at a bound it begins anew.
    if (this.#steps.size >= 1 << 18) this.#steps.clear();
    this.#steps.set(key, number);
    return number;
  }

  #advance(from: State, elem: PathElem, top: boolean): number {
    return this.#numberOf(
      this.#patterns.map((pattern, i) =>
        top && !this.#inDefault(pattern) ? nowhere : pattern.advance(from.places[i] as MatchState, elem),
      ),
    );
  }

  /** The state below the root for the element that stands for a foreign origin. */
  #intoOrigin(origin: string): number {
    return this.#numberOf(
      this.#patterns.map((pattern) => (pattern.origin === origin ? pattern.start : nowhere)),
    );
  }

  #startNumber(): number {
    return this.#numberOf(this.#patterns.map((pattern) => pattern.start));
  }

  #inDefault(pattern: Pattern): boolean {
    if (pattern.origin === '') return true;
    return !this.#leaves.hasOrigin(pattern.origin);
  }

  #numberOf(places: readonly MatchState[]): number {
    const capped = places.map((place) => cap(place, this.#depth));
    if (!capped.some(isAlive)) return dead;
    const key = capped.map((place) => `${place.open.join()};${place.below ?? ''}`).join('|');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const [single, another] = capped.filter(isAlive);
    const pattern = this.#patterns[capped.findIndex(isAlive)] as Pattern;
    const number = this.#states.length;
    this.#states.push({
      places: capped,
      covered: capped.some((place) => isWithin(place, this.#depth)),
      only: another === undefined && single !== undefined ? pattern.next(single) : undefined,
    });
    this.#numbers.set(key, number);
    return number;
  }

  #refresh(): void {
    if (this.#removals === this.#leaves.tree.removals) return;
    this.#removals = this.#leaves.tree.removals;
    this.#ofNode.fill(unknown);
    this.#steps.clear();
    this.#numbers.clear();
    const none: State = { places: [], covered: false, only: undefined };
    this.#states = [none, none];
  }
}

function haveSameNames(a: readonly PathKey[], b: readonly PathKey[]): boolean {
  return a.length === b.length && a.every(([name], i) => name === b[i]?.[0]);
}

const nowhere: MatchState = { open: [], below: undefined };

/** Levels below a match matter only up to the depth; cutting them off keeps the states finite. */
function cap(place: MatchState, depth: number): MatchState {
  if (place.below === undefined) return place;
  const below = depth === 0 ? 0 : Math.min(place.below, depth + 1);
  if (depth > 0 && below > depth && place.open.length === 0) return nowhere;
  return { open: place.open, below };
}
