// How the events to one watcher are distorted: dropped, doubled, told in the wrong order or with their addresses in another
// one, as the faults of their conduit say at the moment they would be sent.

import type { ConnectionChange } from '../monitor/event.ts';
import type { Faults } from './faults.ts';
import { asTold } from './permutation.ts';

export class Distortion {
  readonly #faults: Pick<Faults, 'has'>;
  /** Held back until the next change of the conduit was told, by conduit. */
  readonly #held = new Map<string, ConnectionChange>();

  constructor(faults: Pick<Faults, 'has'>) {
    this.#faults = faults;
  }

  /** What is told now that `change` is next; undefined when nobody is to hear of it, ever. */
  told(change: ConnectionChange): readonly ConnectionChange[] | undefined {
    const { conduit } = change;
    if (this.#faults.has('drop_events', conduit)) return undefined;
    const held = this.#held.get(conduit);
    this.#held.delete(conduit);
    if (!this.#faults.has('reorder_events', conduit)) {
      return this.#worded(held === undefined ? [change] : [held, change]);
    }
    if (held !== undefined) return this.#worded([change, held]);
    this.#held.set(conduit, change);
    return [];
  }

  /** What was held back and is not to be any more. */
  released(): readonly ConnectionChange[] {
    const free = [...this.#held.values()].filter(
      ({ conduit }) => !this.#faults.has('reorder_events', conduit),
    );
    for (const { conduit } of free) this.#held.delete(conduit);
    return this.#worded(free);
  }

  #worded(changes: readonly ConnectionChange[]): ConnectionChange[] {
    return changes.flatMap((each) => {
      const { conduit } = each;
      const told = { ...each, connection: asTold(each.connection, conduit, this.#faults) };
      return this.#faults.has('duplicate_events', conduit) ? [told, told] : [told];
    });
  }
}
