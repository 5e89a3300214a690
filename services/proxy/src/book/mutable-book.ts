// The state in memory, changed by its one writer, and what is looked up in all of it: which address a connection has, and
// which interface name. Invariant: both say what the connections and the owed releases say.

import type { Held } from '../connection/connection.ts';
import { interfaceName } from '../connection/mechanism.ts';
import { Holders } from './holders.ts';
import { InterfaceNames } from './interface-names.ts';
import { type BookState, type Change, holderName, type Owed, owedKey } from './state.ts';

interface MutableConduit {
  subnet: number;
  readonly connections: Map<string, Held>;
  readonly owed: Map<string, Owed>;
}

/** A copy of a state that changes are applied to. */
export class MutableBook {
  readonly #conduits = new Map<string, MutableConduit>();
  readonly #holders = new Holders();
  readonly #names = new InterfaceNames();

  constructor(from: BookState) {
    for (const [name, { subnet, connections, owed }] of from) {
      this.#conduits.set(name, { subnet, connections: new Map(connections), owed: new Map(owed) });
      for (const held of connections.values()) this.#index(name, held.id, undefined, held);
      for (const each of owed.values()) this.#names.add(each.interfaceName);
    }
  }

  get conduits(): BookState {
    return this.#conduits;
  }

  /** The connections by the addresses that they are assigned, as holderName() calls them. */
  get holders(): Pick<Holders, 'of'> {
    return this.#holders;
  }

  /** The interface names of connections, and those that wait for the return of one whose release is owed. */
  get interfaceNames(): Pick<InterfaceNames, 'free'> {
    return this.#names;
  }

  /** Throws RangeError for a conduit that the state does not have. */
  apply(change: Change): void {
    const conduit = this.#conduits.get(change.conduit);
    if (conduit === undefined) throw new RangeError(`no conduit "${change.conduit}" in the book`);
    const { connections, owed } = conduit;
    switch (change.kind) {
      case 'put': {
        const { held } = change;
        this.#index(change.conduit, held.id, connections.get(held.id), held);
        connections.set(held.id, held);
        return;
      }
      case 'delete': {
        const { id } = change.last;
        this.#index(change.conduit, id, connections.get(id), undefined);
        connections.delete(id);
        return;
      }
      case 'subnet':
        conduit.subnet = change.subnet;
        return;
      case 'owe':
        this.#names.remove(owed.get(owedKey(change.owed))?.interfaceName);
        this.#names.add(change.owed.interfaceName);
        owed.set(owedKey(change.owed), change.owed);
        return;
      case 'clear':
        this.#names.remove(owed.get(owedKey(change.owed))?.interfaceName);
        owed.delete(owedKey(change.owed));
        return;
    }
  }

  /** A connection becomes `after` from `before`; undefined when it is not there. */
  #index(conduit: string, id: string, before: Held | undefined, after: Held | undefined): void {
    const holder = holderName(conduit, { kind: 'connection', id });
    this.#holders.change(holder, addressesOf(before), addressesOf(after));
    this.#names.remove(before && interfaceName(before.connection.mechanism));
    this.#names.add(after && interfaceName(after.connection.mechanism));
  }
}

function addressesOf(held: Held | undefined): readonly string[] {
  return held === undefined ? [] : [...held.assigned.src, ...held.assigned.dst];
}
