// Which target of a stream takes the packets of a hash. Invariant: either every slot has a target, or none has.

import { populate } from './populate.ts';
import type { Rows } from './rows.ts';

/** A filled table. It never changes: another set of targets has another table. */
export class MaglevTable {
  readonly #slots: Uint16Array;
  readonly #owned: Uint32Array;

  /** @param slots of each the identifier, from 1 to `maxTargets`; 0 for none */
  constructor(slots: Uint16Array, maxTargets: number) {
    this.#slots = slots;
    this.#owned = new Uint32Array(maxTargets + 1);
    for (const identifier of slots) this.#owned[identifier] = (this.#owned[identifier] as number) + 1;
  }

  /** Fills a table for these identifiers, ascending; yields now and then. */
  static *filling(rows: Rows, active: Uint16Array): Generator<void, MaglevTable, void> {
    return new MaglevTable(yield* populate(rows, active), rows.maxTargets);
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Slots that have a target. */
  get filled(): number {
    return this.size - (this.#owned[0] as number);
  }

  /** The slot of a hash, which is a whole number from 0. */
  slotOf(hash: number): number {
    return hash % this.#slots.length;
  }

  /** The identifier of a slot's target; 0 when there is none. */
  identifierAt(slot: number): number {
    return this.#slots[slot] as number;
  }

  /** How many slots the target with this identifier has. */
  owned(identifier: number): number {
    return this.#owned[identifier] ?? 0;
  }
}
