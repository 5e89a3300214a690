// Followers that an operator wants to have all regions, whatever they ask for. In memory alone: a leader that starts
// again knows of none. Invariant: an order stands until its follower comes back with what it was sent, whatever else
// ends its streams.

import { TooManyOrdersError } from '../service/member.ts';

/** One order. */
export interface ForcedSnapshot {
  /** The follower's next record when it has taken all regions; undefined while they were not all sent. */
  sentTo: number | undefined;
}

export class ForcedSnapshots {
  readonly #most: number;
  readonly #byName: Map<string, ForcedSnapshot> = new Map();

  /** `most` orders stand at a time, beside those that are as good as done. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Orders one for this follower, also when the one before was sent. Throws TooManyOrdersError. */
  order(name: string): void {
    this.#byName.delete(name);
    if (this.#byName.size >= this.#most) this.#forgetSent(name);
    this.#byName.set(name, { sentTo: undefined });
  }

  /** The order for a follower that comes with this index; undefined when none stands, or is done by that. */
  due(name: string, startIndex: number): ForcedSnapshot | undefined {
    const order = this.#byName.get(name);
    if (order?.sentTo === undefined || startIndex < order.sentTo) return order;
    this.#byName.delete(name);
    return undefined;
  }

  /** Makes room for `name`: of those that were sent only a confirmation is missing. */
  #forgetSent(name: string): void {
    for (const [sent, { sentTo }] of this.#byName)
      if (sentTo !== undefined) return void this.#byName.delete(sent);
    throw new TooManyOrdersError(name, this.#most);
  }
}
