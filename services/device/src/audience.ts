// Everybody who is subscribed at the moment, spoken to as one.

import type { Change, Item } from './change.ts';
import type { CallStatus } from './status.ts';
import type { Subscriber } from './subscriber.ts';

/** The open subscriptions. */
export class Audience {
  readonly #subscribers = new Set<Subscriber>();

  get size(): number {
    return this.#subscribers.size;
  }

  /** The subscribers, those who came first in front. */
  get subscribers(): Iterable<Subscriber> {
    return this.#subscribers;
  }

  /** Takes a subscriber in for as long as `stay` takes. */
  async during<T>(subscriber: Subscriber, stay: () => Promise<T>): Promise<T> {
    this.#subscribers.add(subscriber);
    try {
      return await stay();
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }

  /** Tells all of a change; each hears what it asked for. */
  tell(change: Change): void {
    for (const subscriber of this.#subscribers) subscriber.tell(change);
  }

  /** Puts an item of its own behind what each is owed. */
  append(make: () => Item): void {
    for (const subscriber of this.#subscribers) subscriber.append(make());
  }

  /** Ends all open subscriptions. */
  end(status: CallStatus): void {
    for (const subscriber of this.#subscribers) subscriber.end(status);
  }
}
