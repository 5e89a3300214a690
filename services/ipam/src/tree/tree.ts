// Who has which prefix: pure arithmetic over names, without time and without a disk.
// Invariant: siblings never overlap, so of two leases of one trench and family no two share an address.

import type { Family } from '@syncline/trench/address.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { Branch } from './branch.ts';
import type { ChildName } from './child-name.ts';
import type { Conduit, Lease, Node, Trench } from './entries.ts';
import { allParts, innerParts, type Layout, partOf } from './layout.ts';
import type { ConduitRow, LeaseRow, NodeRow, TreeRows } from './rows.ts';

/** The layouts of both families. */
export type Layouts = Readonly<Record<Family, Layout>>;

export const families: readonly Family[] = ['ipv4', 'ipv6'];

const noRows: TreeRows = { conduits: [], nodes: [], leases: [] };

export class Tree {
  readonly #layouts: Layouts;
  /** A trench is here while it has conduits. */
  readonly #trenches: Readonly<Record<Family, Map<string, Trench>>> = { ipv4: new Map(), ipv6: new Map() };
  #lastId = 0;
  #size = 0;

  /** Begins with what a store kept. Throws RangeError when that contradicts itself or the layouts. */
  constructor(layouts: Layouts, rows: TreeRows = noRows) {
    this.#layouts = layouts;
    this.#load(rows);
  }

  /** How many conduits, nodes and leases there are. */
  get size(): number {
    return this.#size;
  }

  layout(family: Family): Layout {
    return this.#layouts[family];
  }

  /** The trenches that have conduits in this family. */
  trenches(family: Family): IterableIterator<Trench> {
    return this.#trenches[family].values();
  }

  /** Every conduit of every trench, in both families. */
  *conduits(): Generator<Conduit, void, undefined> {
    for (const family of families)
      for (const { conduits } of this.trenches(family)) yield* conduits.children();
  }

  conduit(family: Family, { trench, conduit }: ConduitName): Conduit | undefined {
    return this.#trenches[family].get(trench)?.conduits.get(conduit);
  }

  lease(child: ChildName): Lease | undefined {
    return this.conduit(child.family, child)?.nodes.get(child.node)?.leases.get(child.name);
  }

  /** Gives a new conduit the first free prefix of its trench; undefined when there is none. */
  addConduit(family: Family, { trench, conduit: name }: ConduitName): Conduit | undefined {
    const parent = this.#trenchOf(family, trench);
    return this.#counted(
      parent.conduits.add((slot) => this.#conduit(parent, { id: this.#nextId(), name, slot })),
    );
  }

  /** Gives a new node the first free prefix of its conduit; undefined when there is none. */
  addNode(conduit: Conduit, name: string): Node | undefined {
    return this.#counted(
      conduit.nodes.add((slot) => this.#node(conduit, { id: this.#nextId(), name, slot })),
    );
  }

  /** Gives a new name the first free address of its node; undefined when there is none. */
  addLease(node: Node, name: string): Lease | undefined {
    return this.#counted(node.leases.add((slot) => this.#lease(node, { name, slot, releasing: false })));
  }

  removeLease(lease: Lease): void {
    lease.node.leases.remove(lease);
    this.#size -= 1;
  }

  /** Removes a node and its leases. */
  removeNode(node: Node): void {
    node.conduit.nodes.remove(node);
    this.#size -= sizeOf(node);
  }

  /** Removes a conduit, its nodes and their leases; and its trench when it was the last. */
  removeConduit(conduit: Conduit): void {
    const { trench } = conduit;
    trench.conduits.remove(conduit);
    if (trench.conduits.size === 0) this.#trenches[trench.family].delete(trench.name);
    this.#size -= 1;
    for (const node of conduit.nodes.children()) this.#size -= sizeOf(node);
  }

  #trenchOf(family: Family, name: string): Trench {
    const known = this.#trenches[family].get(name);
    if (known !== undefined) return known;
    const { trench, conduit } = this.#layouts[family];
    const added = { family, name, conduits: new Branch<Conduit>(allParts(trench.length, conduit)) };
    this.#trenches[family].set(name, added);
    return added;
  }

  #conduit(trench: Trench, { id, name, slot }: Pick<ConduitRow, 'id' | 'name' | 'slot'>): Conduit {
    const layout = this.#layouts[trench.family];
    const nodes = new Branch<Node>(allParts(layout.conduit, layout.node));
    return { id, trench, name, slot, nodes, prefix: partOf(layout.trench, layout.conduit, slot) };
  }

  #node(conduit: Conduit, { id, name, slot }: Pick<NodeRow, 'id' | 'name' | 'slot'>): Node {
    const { node, child } = this.#layouts[conduit.trench.family];
    const leases = new Branch<Lease>(innerParts(node, child));
    return { id, conduit, name, slot, leases, prefix: partOf(conduit.prefix, node, slot) };
  }

  #lease(node: Node, { name, slot, releasing }: Omit<LeaseRow, 'node'>): Lease {
    const { child } = this.#layouts[node.conduit.trench.family];
    return { node, name, slot, releasing, address: partOf(node.prefix, child, slot).address };
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #counted<Entry>(entry: Entry | undefined): Entry | undefined {
    if (entry !== undefined) this.#size += 1;
    return entry;
  }

  #load({ conduits, nodes, leases }: TreeRows): void {
    const nodesOf = Map.groupBy(nodes, ({ conduit }) => conduit);
    const leasesOf = Map.groupBy(leases, ({ node }) => node);
    const conduitsOf = Map.groupBy(conduits, ({ family, trench }) => this.#trenchOf(family, trench));
    for (const [trench, rows] of conduitsOf) {
      trench.conduits.load(rows.map((row) => this.#conduit(trench, row)));
      for (const conduit of trench.conduits.children()) {
        conduit.nodes.load((nodesOf.get(conduit.id) ?? []).map((row) => this.#node(conduit, row)));
        for (const node of conduit.nodes.children())
          node.leases.load((leasesOf.get(node.id) ?? []).map((row) => this.#lease(node, row)));
      }
    }
    this.#size = conduits.length + nodes.length + leases.length;
    this.#lastId = [...conduits, ...nodes].reduce((last, { id }) => Math.max(last, id), 0);
  }
}

function sizeOf(node: Node): number {
  return 1 + node.leases.size;
}
