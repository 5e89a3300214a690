// The tree and how long its entries have been left alone: what is due to be taken back, and when.
// Invariant: a lease is aged either since it was asked for or since it was released; one of a name that is kept for ever
// is aged only once released. A node or conduit is taken back only with nothing below it, unless nobody lists the conduit.

import type { Conduit, Lease, Node } from '../tree/entries.ts';
import type { Change } from '../tree/rows.ts';
import type { Tree } from '../tree/tree.ts';
import { Aging } from './aging.ts';

/** When entries are taken back. */
export interface HoldingTimes {
  /** How long a lease that was released is held back for its last owner, and a conduit that is no longer listed is kept. */
  readonly releaseDelayMs: number;
  /** How long an entry may go without being asked for. */
  readonly staleMs: number;
  /** Names whose leases are never taken back for that. */
  readonly keptNames: ReadonlySet<string>;
}

/** An entry that is due to be taken back, and what makes the store take it back. */
export interface Removal {
  readonly reason: 'released' | 'stale' | 'unlisted';
  readonly change: Change;
  /** Takes it out of memory. */
  readonly forget: () => void;
}

export class Holdings {
  readonly tree: Tree;
  readonly #times: HoldingTimes;
  readonly #asked = new Aging<Lease>();
  readonly #released = new Aging<Lease>();
  readonly #nodes = new Aging<Node>();
  readonly #conduits = new Aging<Conduit>();
  readonly #unlisted = new Aging<Conduit>();

  /** Everything that is in the tree is as good as just asked for, or just released. */
  constructor(tree: Tree, times: HoldingTimes, nowMs: number) {
    this.tree = tree;
    this.#times = times;
    for (const conduit of tree.conduits()) this.#adopt(conduit, nowMs);
  }

  /** Leases that are held back for their last owner. */
  get releasing(): number {
    return this.#released.size;
  }

  /** It was asked for, which ends a release. */
  asked(lease: Lease, nowMs: number): void {
    this.#released.forget(lease);
    if (!this.#times.keptNames.has(lease.name)) this.#asked.touch(lease, nowMs);
    this.#nodes.touch(lease.node, nowMs);
    this.#conduits.touch(lease.node.conduit, nowMs);
  }

  /** It was released; the first of several releases counts. */
  released(lease: Lease, nowMs: number): void {
    this.#asked.forget(lease);
    this.#released.begin(lease, nowMs);
  }

  /** Whether somebody lists the conduit; the first of several times that nobody does counts. */
  list(conduit: Conduit, isListed: boolean, nowMs: number): void {
    if (isListed) this.#unlisted.forget(conduit);
    else this.#unlisted.begin(conduit, nowMs);
  }

  /** When over() has something next; Infinity when nothing is held back. */
  get nextOverMs(): number {
    const oldest = Math.min(
      this.#released.oldest ?? Number.POSITIVE_INFINITY,
      this.#unlisted.oldest ?? Number.POSITIVE_INFINITY,
    );
    return oldest + this.#times.releaseDelayMs;
  }

  /** What is no longer held back: leases that were released, and conduits that nobody lists, with all below them. */
  *over(nowMs: number): Generator<Removal, void, undefined> {
    const before = nowMs - this.#times.releaseDelayMs;
    for (const lease of this.#released.until(before)) yield this.#leaseRemoval(lease, 'released');
    for (const conduit of this.#unlisted.until(before)) yield this.#conduitRemoval(conduit, 'unlisted');
  }

  /**
   * What nobody has asked for in a long time: leases, then nodes without leases, then, if `conduitsToo`, conduits without
   * nodes. What removing these leaves empty comes with the next call.
   */
  *stale(nowMs: number, conduitsToo: boolean): Generator<Removal, void, undefined> {
    const before = nowMs - this.#times.staleMs;
    for (const lease of this.#asked.until(before)) yield this.#leaseRemoval(lease, 'stale');
    for (const node of this.#nodes.until(before)) if (node.leases.size === 0) yield this.#nodeRemoval(node);
    if (!conduitsToo) return;
    for (const conduit of this.#conduits.until(before))
      if (conduit.nodes.size === 0) yield this.#conduitRemoval(conduit, 'stale');
  }

  /** For how long a lease stays if nobody asks for it, in ms; undefined: for ever. */
  leaseLeftMs(lease: Lease, nowMs: number): number | undefined {
    const { releaseDelayMs, staleMs } = this.#times;
    const released = this.#released.since(lease);
    if (released !== undefined) return Math.max(0, released + releaseDelayMs - nowMs);
    const asked = this.#asked.since(lease);
    return asked === undefined ? undefined : Math.max(0, asked + staleMs - nowMs);
  }

  #adopt(conduit: Conduit, nowMs: number): void {
    this.#conduits.touch(conduit, nowMs);
    for (const node of conduit.nodes.children()) {
      this.#nodes.touch(node, nowMs);
      for (const lease of node.leases.children()) {
        if (lease.releasing) this.released(lease, nowMs);
        else this.asked(lease, nowMs);
      }
    }
  }

  #leaseRemoval(lease: Lease, reason: Removal['reason']): Removal {
    return {
      reason,
      change: { kind: 'remove-lease', node: lease.node.id, name: lease.name },
      forget: () => {
        this.#forget(lease);
        this.tree.removeLease(lease);
      },
    };
  }

  #nodeRemoval(node: Node): Removal {
    return {
      reason: 'stale',
      change: { kind: 'remove-node', id: node.id },
      forget: () => {
        this.#nodes.forget(node);
        this.tree.removeNode(node);
      },
    };
  }

  #conduitRemoval(conduit: Conduit, reason: Removal['reason']): Removal {
    return {
      reason,
      change: { kind: 'remove-conduit', id: conduit.id },
      forget: () => {
        this.#unlisted.forget(conduit);
        this.#conduits.forget(conduit);
        for (const node of conduit.nodes.children()) {
          this.#nodes.forget(node);
          for (const lease of node.leases.children()) this.#forget(lease);
        }
        this.tree.removeConduit(conduit);
      },
    };
  }

  #forget(lease: Lease): void {
    this.#asked.forget(lease);
    this.#released.forget(lease);
  }
}
