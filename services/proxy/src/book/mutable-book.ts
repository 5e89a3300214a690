// The state in memory, changed by its one writer.

import type { Held } from '../connection/connection.ts';
import { type BookState, type Change, type Owed, owedKey } from './state.ts';

interface MutableConduit {
  subnet: number;
  readonly connections: Map<string, Held>;
  readonly owed: Map<string, Owed>;
}

/** A copy of a state that changes are applied to. */
export class MutableBook {
  readonly #conduits: Map<string, MutableConduit>;

  constructor(from: BookState) {
    this.#conduits = new Map(
      Array.from(from, ([name, { subnet, connections, owed }]) => [
        name,
        { subnet, connections: new Map(connections), owed: new Map(owed) },
      ]),
    );
  }

  get conduits(): BookState {
    return this.#conduits;
  }

  /** Throws RangeError for a conduit that the state does not have. */
  apply(change: Change): void {
    const conduit = this.#conduits.get(change.conduit);
    if (conduit === undefined) throw new RangeError(`no conduit "${change.conduit}" in the book`);
    switch (change.kind) {
      case 'put':
        conduit.connections.set(change.held.id, change.held);
        return;
      case 'delete':
        conduit.connections.delete(change.last.id);
        return;
      case 'subnet':
        conduit.subnet = change.subnet;
        return;
      case 'owe':
        conduit.owed.set(owedKey(change.owed), change.owed);
        return;
      case 'clear':
        conduit.owed.delete(owedKey(change.owed));
        return;
    }
  }
}
