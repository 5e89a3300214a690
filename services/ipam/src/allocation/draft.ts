// Additions to the tree that are made in memory before they are on disk, so that no two of them take one prefix.
// Invariant: until they are on disk nobody is told of them; rollBack() leaves the tree as it was before the first.

import type { Family } from '@syncline/trench/address.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ChildName } from '../tree/child-name.ts';
import type { Conduit, Lease, Node } from '../tree/entries.ts';
import type { Change } from '../tree/rows.ts';
import type { Tree } from '../tree/tree.ts';
import { ExhaustedError, LimitError } from './allocation-error.ts';

export class Draft {
  /** What makes the same of the store. */
  readonly changes: Change[] = [];
  readonly #tree: Tree;
  readonly #maxPrefixes: number;
  readonly #undo: (() => void)[] = [];
  readonly #touched = new Set<Lease>();

  constructor(tree: Tree, maxPrefixes: number) {
    this.#tree = tree;
    this.#maxPrefixes = maxPrefixes;
  }

  /** Whether the disk has a say in what this lease is. */
  touches(lease: Lease): boolean {
    return this.#touched.has(lease);
  }

  /**
   * The lease of this name, made with its node and conduit when it is new, and held again when it was being released.
   * Throws ExhaustedError and LimitError, with nothing added.
   */
  lease(child: ChildName): Lease {
    const { family } = child;
    const conduit = this.#tree.conduit(family, child);
    const node = conduit?.nodes.get(child.node);
    const known = node?.leases.get(child.name);
    if (known !== undefined) {
      this.setReleasing(known, false);
      return known;
    }
    this.#expectRoom(child.name, 1 + Number(node === undefined) + Number(conduit === undefined));
    return this.#addLease(node ?? this.#addNode(conduit ?? this.conduit(family, child), child), child.name);
  }

  /** The conduit of this name, made when it is new. Throws ExhaustedError and LimitError. */
  conduit(family: Family, conduitName: ConduitName): Conduit {
    const known = this.#tree.conduit(family, conduitName);
    if (known !== undefined) return known;
    const { trench, conduit: name } = conduitName;
    this.#expectRoom(name, 1);
    const conduit = this.#tree.addConduit(family, conduitName);
    if (conduit === undefined) {
      const layout = this.#tree.layout(family);
      throw new ExhaustedError(
        name,
        `trench ${trench} has given out every /${layout.conduit} of ${printPrefix(layout.trench)}`,
      );
    }
    const { id, slot } = conduit;
    this.changes.push({ kind: 'add-conduit', row: { id, family, trench, name, slot } });
    this.#undo.push(() => this.#tree.removeConduit(conduit));
    return conduit;
  }

  /** Begins to hold a lease back for its last owner, or ends that. */
  setReleasing(lease: Lease, releasing: boolean): void {
    if (lease.releasing === releasing) return;
    lease.releasing = releasing;
    this.#touched.add(lease);
    const { node, name } = lease;
    this.changes.push({ kind: 'set-releasing', node: node.id, name, releasing });
    this.#undo.push(() => {
      lease.releasing = !releasing;
    });
  }

  /** The disk has refused: nothing of this draft stays. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  #addNode(conduit: Conduit, { node: name, family, name: child }: ChildName): Node {
    const node = this.#tree.addNode(conduit, name);
    if (node === undefined) {
      const { node: length } = this.#tree.layout(family);
      throw new ExhaustedError(
        child,
        `conduit ${conduit.name} has given out every /${length} of ${printPrefix(conduit.prefix)} to its nodes`,
      );
    }
    this.changes.push({
      kind: 'add-node',
      row: { id: node.id, conduit: conduit.id, name, slot: node.slot },
    });
    this.#undo.push(() => this.#tree.removeNode(node));
    return node;
  }

  #addLease(node: Node, name: string): Lease {
    const lease = this.#tree.addLease(node, name);
    if (lease === undefined)
      throw new ExhaustedError(name, `node ${node.name} has given out all of ${printPrefix(node.prefix)}`);
    this.#touched.add(lease);
    this.changes.push({
      kind: 'add-lease',
      row: { node: node.id, name, slot: lease.slot, releasing: false },
    });
    this.#undo.push(() => this.#tree.removeLease(lease));
    return lease;
  }

  #expectRoom(name: string, prefixes: number): void {
    if (this.#tree.size + prefixes > this.#maxPrefixes) {
      throw new LimitError(
        'maxPrefixes',
        `failed allocating (${name}): no more prefix available: ${this.#tree.size} conduits, nodes and addresses are kept`,
      );
    }
  }
}
