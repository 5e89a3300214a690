// Which part of a change one subscriber is told at once. Leaves it follows on change are told in full; of leaves
// it samples only the deletes are, because a sample cannot show that a leaf is gone.

import { isPrefixOf, type Path } from '@syncline/gnmi/path.ts';
import { isWithin, type Pattern } from '@syncline/gnmi/pattern.ts';
import type { SubscribePlan } from '@syncline/gnmi/subscribe-request.ts';
import type { Change } from './change.ts';
import type { Scope } from './models.ts';
import type { TreeLeaf } from './tree-leaf.ts';

/** The part of a change that a subscriber is told. */
export interface Told {
  /** Set when the subscriber follows all of the atomic change, and only then may be told that it is one. */
  readonly atomicUnder: Path | undefined;
  /** Deletes as they are sent when the change can be sent as it came. */
  readonly deletes: readonly Path[];
  readonly removed: readonly TreeLeaf[];
  readonly updates: readonly TreeLeaf[];
}

/** What a subscriber wants to be told of. Nothing for ONCE and POLL: they read the tree when it is their turn. */
export class Interest {
  readonly #followed: readonly Pattern[];
  readonly #sampled: readonly Pattern[];
  readonly #scope: Scope;
  readonly #depth: number;
  readonly #followsAll: boolean;

  constructor(plan: SubscribePlan, scope: Scope) {
    this.#scope = scope;
    const subscriptions = plan.mode === 'stream' ? plan.subscriptions : [];
    const followed = subscriptions.filter(({ trigger }) => trigger.kind !== 'sample');
    this.#followed = followed.map(({ pattern }) => pattern);
    this.#sampled = subscriptions.filter((it) => !followed.includes(it)).map(({ pattern }) => pattern);
    this.#depth = plan.depth;
    this.#followsAll =
      plan.depth === 0 && followed.some(({ path }) => path.elems.length === 0 && path.origin === '');
  }

  /** The part of `change` that matters, undefined when none does. */
  of(change: Change): Told | undefined {
    const updates = change.updates.filter((leaf) => this.#follows(leaf.path)).concat(change.strays);
    const removed = change.removed.filter((leaf) => this.#follows(leaf.path) || this.#samples(leaf.path));
    const whole = change.deletes.filter((path) => this.#follows(path));
    const { atomicUnder } = change;
    const atomic = atomicUnder !== undefined && this.#follows(atomicUnder);
    const covered = atomic ? [...whole, atomicUnder] : whole;
    const single = removed
      .map(({ path }) => path)
      .filter((path) => !covered.some((it) => isPrefixOf(it, path)));
    if (updates.length + whole.length + single.length === 0 && !atomic) return undefined;
    return {
      atomicUnder: atomic ? atomicUnder : undefined,
      deletes: [...whole, ...single],
      removed,
      updates,
    };
  }

  #follows(path: Path): boolean {
    if (!this.#scope(path)) return false;
    if (this.#followsAll && path.origin === '') return true;
    return this.#followed.some((pattern) => isWithin(pattern.at(path), this.#depth));
  }

  #samples(path: Path): boolean {
    return this.#scope(path) && this.#sampled.some((pattern) => isWithin(pattern.at(path), this.#depth));
  }
}
