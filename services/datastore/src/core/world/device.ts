// For the explorer: a device as a map of leaves, and the notifications that its changes give.
import { type PathElem, pathElem, pathOf } from '@syncline/gnmi/path.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { type Notification, SubscribeResponse, type Update } from '@syncline/proto/gnmi.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';

const tops = ['a', 'b'];
const leaves = ['x', 'y', 'z'];

/** A path of the simulated tree as text: `top/list-key/leaf`, `top/list-key` or `top`. */
export type Place = string;

/** Elements of a place; the middle one is a list entry. */
export function elemsOf(place: Place): PathElem[] {
  return place
    .split('/')
    .map((name, depth) => (depth === 1 ? pathElem('entry', [['k', name]]) : pathElem(name)));
}

export class SimulatedDevice {
  readonly tree: Map<Place, bigint> = new Map();
  /** How many values were set since the start. */
  values = 0n;
  readonly #sim: Simulation;
  readonly #fewValues: boolean;

  /** With `fewValues` a leaf often comes back to a value that it had; without, every value is new. */
  constructor(sim: Simulation, fewValues: boolean) {
    this.#sim = sim;
    this.#fewValues = fewValues;
  }

  /** Changes the tree at random and tells what it sends about it. */
  change(setsOnly: boolean): Notification {
    const kind = setsOnly ? 0 : this.#sim.choose(6);
    if (kind === 1) return this.#delete(this.#leaf());
    if (kind === 2) return this.#delete(this.#entry());
    if (kind === 3) return this.#replaceEntry();
    if (kind === 4) return this.#deleteAndSet();
    return notification(this.#sets(1 + this.#sim.choose(3)), []);
  }

  /** The whole tree in notifications of one to three leaves, each in a random form. */
  dump(): Notification[] {
    const updates = [...this.tree].map(([place, value]) => update(place, value));
    const sent: Notification[] = [];
    while (updates.length > 0) sent.push(notification(updates.splice(0, 1 + this.#sim.choose(3)), []));
    return sent;
  }

  #leaf(): Place {
    return `${this.#entry()}/${leaves[this.#sim.choose(leaves.length)]}`;
  }

  #entry(): Place {
    return `${tops[this.#sim.choose(tops.length)]}/${this.#sim.choose(2)}`;
  }

  #set(place: Place): Update {
    this.values++;
    const value = this.#fewValues ? BigInt(this.#sim.choose(2)) : this.values;
    this.tree.set(place, value);
    return update(place, value);
  }

  #sets(count: number): Update[] {
    const places = new Set(Array.from({ length: count }, () => this.#leaf()));
    return Array.from(places, (place) => this.#set(place));
  }

  #delete(place: Place): Notification {
    this.#forget(place);
    return notification([], [place]);
  }

  #deleteAndSet(): Notification {
    const place = this.#entry();
    this.#forget(place);
    return notification(this.#sets(2), [place]);
  }

  #replaceEntry(): Notification {
    const place = this.#entry();
    this.#forget(place);
    const leaf = `${place}/${leaves[this.#sim.choose(leaves.length)]}`;
    const { val } = this.#set(leaf);
    const relative = pathOf(elemsOf(leaf).slice(2));
    return {
      ...notification([], []),
      prefix: toProto(pathOf(elemsOf(place))),
      update: [{ path: toProto(relative), val, duplicates: 0, value: undefined }],
      atomic: true,
    };
  }

  #forget(place: Place): void {
    for (const known of this.tree.keys())
      if (known === place || known.startsWith(`${place}/`)) this.tree.delete(known);
  }
}

function update(place: Place, value: bigint): Update {
  return {
    path: toProto(pathOf(elemsOf(place))),
    val: { value: { $case: 'intVal', value } },
    duplicates: 0,
    value: undefined,
  };
}

function notification(updates: Update[], deletes: Place[]): Notification {
  return {
    timestamp: 1n,
    prefix: undefined,
    update: updates,
    delete: deletes.map((place) => toProto(pathOf(elemsOf(place)))),
    atomic: false,
  };
}

/** A SubscribeResponse in bytes. */
export function response(value: Notification | 'sync'): Uint8Array {
  return SubscribeResponse.encode({
    extension: [],
    response: value === 'sync' ? { $case: 'syncResponse', value: true } : { $case: 'update', value },
  }).finish();
}
