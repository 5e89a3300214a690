// The lists that somebody watches, one a filter. A list lives as long as it has watchers, so what nobody asks for
// costs nothing.

import { SharedList } from './shared-list.ts';

/** A list that a watcher uses; disposing gives it back. */
export interface Subscription extends Disposable {
  readonly list: SharedList;
}

interface Entry<Filter> {
  readonly filter: Filter;
  readonly list: SharedList;
  watchers: number;
}

export class SharedLists<Filter> {
  readonly #lists = new Map<string, Entry<Filter>>();
  readonly #keyOf: (filter: Filter) => string;
  readonly #respond: (filter: Filter) => Uint8Array;

  /**
   * `keyOf` is the same for two filters exactly when they match the same; `respond` gives the response to a filter as
   * things are now.
   */
  constructor(keyOf: (filter: Filter) => string, respond: (filter: Filter) => Uint8Array) {
    this.#keyOf = keyOf;
    this.#respond = respond;
  }

  /** How many lists are kept. */
  get size(): number {
    return this.#lists.size;
  }

  open(filter: Filter): Subscription {
    const key = this.#keyOf(filter);
    const entry = this.#lists.get(key) ?? {
      filter,
      list: new SharedList(this.#respond(filter)),
      watchers: 0,
    };
    this.#lists.set(key, entry);
    entry.watchers += 1;
    return {
      list: entry.list,
      [Symbol.dispose]: () => {
        entry.watchers -= 1;
        if (entry.watchers === 0) this.#lists.delete(key);
      },
    };
  }

  /** Things have changed: makes the lists anew for which `affected` holds. */
  refresh(affected: (filter: Filter) => boolean): void {
    for (const { filter, list } of this.#lists.values())
      if (affected(filter)) list.replace(this.#respond(filter));
  }
}
