// The children of one place in a PathTrie: found by element at once, listed in canonical order, and narrowed to
// those that a pattern element can match, so that asking for one entry of a long list does not visit the others.

import { compareElems, type PathElem } from './path.ts';
import { printElem } from './path-text.ts';

/** What a level holds: anything that knows its element. */
interface Child {
  readonly elem: PathElem;
}

/** A set of children, one for each element. Most places have one child, which then needs no map. */
export class TrieLevel<Node extends Child> {
  #only: Node | undefined;
  #many: ManyChildren<Node> | undefined;

  get isEmpty(): boolean {
    return this.#only === undefined && this.#many === undefined;
  }

  get(elem: PathElem): Node | undefined {
    if (this.#many !== undefined) return this.#many.byElem.get(printElem(elem));
    return this.#only !== undefined && compareElems(this.#only.elem, elem) === 0 ? this.#only : undefined;
  }

  add(node: Node): void {
    if (this.#many !== undefined) {
      this.#many.add(node);
    } else if (this.#only === undefined || compareElems(this.#only.elem, node.elem) === 0) {
      this.#only = node;
    } else {
      this.#many = new ManyChildren(this.#only, node);
      this.#only = undefined;
    }
  }

  remove(elem: PathElem): void {
    if (this.#many === undefined) {
      if (this.get(elem) !== undefined) this.#only = undefined;
      return;
    }
    this.#many.remove(elem);
    if (this.#many.byElem.size === 0) this.#many = undefined;
  }

  /** All children in canonical order. The array is a snapshot. */
  all(): readonly Node[] {
    if (this.#many !== undefined) return this.#many.all();
    return this.#only === undefined ? [] : [this.#only];
  }

  /** At least the children that `wanted`, an element of a pattern with a literal name, can match, in order. */
  candidates(wanted: PathElem): readonly Node[] {
    if (this.#many !== undefined) return this.#many.candidates(wanted);
    return this.#only?.elem.name === wanted.name ? [this.#only] : [];
  }
}

class ManyChildren<Node extends Child> {
  readonly byElem = new Map<string, Node>();
  /** The first element seen under each name; the others have the same key names unless the name is in #mixed. */
  readonly #sample = new Map<string, PathElem>();
  /** Names whose entries have differing key names: they are listed, not looked up. */
  readonly #mixed = new Set<string>();
  #sorted: readonly Node[] | undefined;

  constructor(...nodes: readonly Node[]) {
    for (const node of nodes) this.add(node);
  }

  add(node: Node): void {
    const { elem } = node;
    this.byElem.set(printElem(elem), node);
    this.#sorted = undefined;
    const sample = this.#sample.get(elem.name);
    if (sample === undefined) this.#sample.set(elem.name, elem);
    else if (!haveSameKeys(sample, elem)) this.#mixed.add(elem.name);
  }

  remove(elem: PathElem): void {
    this.byElem.delete(printElem(elem));
    this.#sorted = undefined;
  }

  all(): readonly Node[] {
    this.#sorted ??= [...this.byElem.values()].sort((a, b) => compareElems(a.elem, b.elem));
    return this.#sorted;
  }

  candidates(wanted: PathElem): readonly Node[] {
    const sample = this.#sample.get(wanted.name);
    if (sample === undefined) return [];
    const isOne = haveSameKeys(sample, wanted) && wanted.keys.every(([, value]) => value !== '*');
    if (!isOne || this.#mixed.has(wanted.name))
      return this.all().filter(({ elem }) => elem.name === wanted.name);
    const only = this.byElem.get(printElem(wanted));
    return only === undefined ? [] : [only];
  }
}

function haveSameKeys(a: PathElem, b: PathElem): boolean {
  return a.keys.length === b.keys.length && a.keys.every(([key], i) => key === b.keys[i]?.[0]);
}
