// The shape of the tree above the leaves: which elements lie under which, in typed arrays.
// It answers "everything at or under here" for deletes, subscriptions and Get; identity of a leaf is elsewhere.
import { ByteMap } from './byte-map.ts';
import { grown } from './columns.ts';
import { absent, SlotTable } from './slot-table.ts';

const none = -1;

/** The node every path begins at. */
export const rootNode = 0;

export class PathTree {
  /** Elements, as canonical PathElem bytes; list entries that share name and keys share the id. */
  readonly elems: ByteMap = new ByteMap();
  #parent: Int32Array = new Int32Array(512);
  #elem: Int32Array = new Int32Array(512);
  #first: Int32Array = new Int32Array(512);
  #next: Int32Array = new Int32Array(512);
  /** Of a first child: the last one, so that children keep the order in which they came. */
  #previous: Int32Array = new Int32Array(512);
  #leaf: Int32Array = new Int32Array(512);
  #elemUses: Int32Array = new Int32Array(512);
  #table: SlotTable = new SlotTable();
  #bound = 1;
  #removals = 0;
  #free: number[] = [];

  constructor() {
    this.#init(rootNode, none, none);
  }

  /** One more than the largest node. */
  get bound(): number {
    return this.#bound;
  }

  /** Grows whenever a node was removed: what was remembered by node or by element holds no more. */
  get removals(): number {
    return this.#removals;
  }

  /** The node above, -1 for the root. */
  parent(node: number): number {
    return this.#parent[node] as number;
  }

  /** The element by which `node` hangs on its parent: an id of `elems`. */
  elem(node: number): number {
    return this.#elem[node] as number;
  }

  /** The leaf at `node`, or -1. */
  leaf(node: number): number {
    return this.#leaf[node] as number;
  }

  /** The first child, or -1; go on with nextSibling(). */
  firstChild(node: number): number {
    return this.#first[node] as number;
  }

  /** The next child of the same parent, or -1. */
  nextSibling(node: number): number {
    return this.#next[node] as number;
  }

  /** The child of `parent` by the element id, or -1. */
  child(parent: number, elem: number): number {
    const table = this.#table;
    for (let slot = table.first(spread(parent, elem)); ; slot = table.after(slot)) {
      const node = table.at(slot);
      if (node === absent) return none;
      if (this.#parent[node] === parent && this.#elem[node] === elem) return node;
    }
  }

  /** The child of `parent` by the element bytes buf[start, end), made when absent. */
  descend(parent: number, buf: Uint8Array, start: number, end: number): number {
    const elem = this.elems.intern(buf, start, end);
    const known = this.child(parent, elem);
    if (known !== none) return known;
    return this.#insert(parent, elem);
  }

  /** Says which leaf is at `node`. */
  setLeaf(node: number, leaf: number): void {
    this.#leaf[node] = leaf;
  }

  /** Takes the leaf off `node` and removes the branch above it as far as it has become empty. */
  removeLeaf(node: number): void {
    this.#leaf[node] = none;
    let at = node;
    while (at !== rootNode && this.#leaf[at] === none && this.#first[at] === none) {
      const parent = this.#parent[at] as number;
      this.#remove(at);
      at = parent;
    }
  }

  /** Calls `visit` with every leaf at or under `node`. `visit` must not change the tree. */
  eachLeaf(node: number, visit: (leaf: number) => void): void {
    let at = node;
    for (;;) {
      const leaf = this.#leaf[at] as number;
      if (leaf !== none) visit(leaf);
      let next = this.#first[at] as number;
      while (next === none) {
        if (at === node) return;
        next = this.#next[at] as number;
        if (next === none) at = this.#parent[at] as number;
      }
      at = next;
    }
  }

  #insert(parent: number, elem: number): number {
    const node = this.#free.pop() ?? this.#bound++;
    this.#reserve(node, elem);
    this.#init(node, parent, elem);
    const first = this.#first[parent] as number;
    if (first === none) this.#first[parent] = this.#previous[node] = node;
    else {
      const last = this.#previous[first] as number;
      this.#next[last] = this.#previous[first] = node;
      this.#previous[node] = last;
    }
    this.#elemUses[elem] = (this.#elemUses[elem] as number) + 1;
    this.#table.add(node, spread(parent, elem));
    return node;
  }

  #init(node: number, parent: number, elem: number): void {
    this.#parent[node] = parent;
    this.#elem[node] = elem;
    this.#first[node] = this.#next[node] = this.#previous[node] = this.#leaf[node] = none;
  }

  #reserve(node: number, elem: number): void {
    this.#elemUses = grown(this.#elemUses, elem + 1);
    if (node < this.#parent.length) return;
    this.#parent = grown(this.#parent, node + 1);
    this.#elem = grown(this.#elem, node + 1);
    this.#first = grown(this.#first, node + 1);
    this.#next = grown(this.#next, node + 1);
    this.#previous = grown(this.#previous, node + 1);
    this.#leaf = grown(this.#leaf, node + 1);
  }

  #remove(node: number): void {
    const parent = this.#parent[node] as number;
    const first = this.#first[parent] as number;
    const next = this.#next[node] as number;
    const previous = this.#previous[node] as number;
    if (node === first) this.#first[parent] = next;
    else this.#next[previous] = next;
    if (next !== none) this.#previous[next] = previous;
    else if (node !== first) this.#previous[first] = previous;
    this.#table.remove(node);
    this.#removals++;
    const elem = this.#elem[node] as number;
    const uses = (this.#elemUses[elem] as number) - 1;
    this.#elemUses[elem] = uses;
    if (uses === 0) this.elems.remove(elem);
    this.#elem[node] = none;
    this.#free.push(node);
  }
}

function spread(parent: number, elem: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(elem + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return h ^ (h >>> 13);
}
