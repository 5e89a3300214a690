// A bounded queue in front of the one loop that owns some state.
// Every item it accepted is either delivered to the consumer, once and in order, or handed back by close().

import { ClosedError, checkCapacity, FullError } from './mailbox-errors.ts';
import { Outlet } from './outlet.ts';
import { Waiter } from './waiter.ts';

/** An item whose sender waits for room. The mailbox has not accepted it. */
interface Parked<T> {
  readonly item: T;
  readonly waiter: Waiter;
}

/** Many senders, one consumer, first in first out, at most `capacity` items. */
export class Mailbox<T> implements Disposable {
  readonly name: string;
  readonly capacity: number;
  readonly #outlet: Outlet;
  readonly #parked = new Set<Parked<T>>();
  #items: T[] = [];

  /**
   * @param settings.name what errors call it
   * @param settings.capacity how many items it holds at most, from 1
   */
  constructor(settings: { readonly name: string; readonly capacity: number }) {
    checkCapacity(settings.name, settings.capacity);
    this.name = settings.name;
    this.capacity = settings.capacity;
    this.#outlet = new Outlet(settings.name);
  }

  /** How many accepted items wait for the consumer. */
  get depth(): number {
    return this.#items.length;
  }

  /**
   * Accepts `item`, or throws: FullError at capacity, ClosedError after end() or close().
   * An item that was refused stays the caller's.
   */
  offer(item: T): void {
    if (this.#outlet.ended) throw new ClosedError(this.name);
    if (this.#items.length >= this.capacity) throw new FullError(this.name, this.capacity);
    this.#accept(item);
  }

  /**
   * Accepts `item` as soon as there is room; those who wait are served in order, before any later offer.
   * Rejects with the signal's reason, or with ClosedError after end() or close(): then it was not accepted.
   * Waiting items do not count against the capacity: each is held by the caller that waits.
   */
  async put(item: T, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#outlet.ended || this.#items.length < this.capacity) {
      this.offer(item);
      return;
    }
    const parked: Parked<T> = { item, waiter: new Waiter(signal, () => this.#parked.delete(parked)) };
    this.#parked.add(parked);
    await parked.waiter.promise;
  }

  /**
   * Yields what has arrived, at most `max` items at a time, and waits while there is nothing. Returns once
   * the mailbox has ended and is empty. Throws the signal's reason when it aborts (the items stay in the
   * mailbox), and SecondConsumerError at the first read while another consumer is reading.
   */
  batches(max: number, signal: AbortSignal): AsyncGenerator<T[], void, undefined> {
    if (!(max >= 1)) throw new RangeError(`mailbox ${this.name}: max must be 1 or more, not ${max}`);
    return this.#outlet.drain(() => this.#take(max), signal);
  }

  /** Accepts no more. The consumer still gets what was accepted; those who wait for room get ClosedError. */
  end(): void {
    this.#outlet.end();
    for (const { waiter } of this.#parked) waiter.reject(new ClosedError(this.name));
    this.#parked.clear();
  }

  /**
   * Ends, and hands back what was accepted but not delivered, oldest first, for the caller to reject or keep.
   */
  close(): T[] {
    this.end();
    const undelivered = this.#items;
    this.#items = [];
    return undelivered;
  }

  /** The same as end(): disposal loses nothing. */
  [Symbol.dispose](): void {
    this.end();
  }

  #accept(item: T): void {
    this.#items.push(item);
    this.#outlet.wake();
  }

  #take(max: number): T[] | undefined {
    if (this.#items.length === 0) return undefined;
    let batch = this.#items;
    if (batch.length > max) batch = this.#items.splice(0, max);
    else this.#items = [];
    this.#admit();
    return batch;
  }

  #admit(): void {
    for (const parked of this.#parked) {
      if (this.#items.length >= this.capacity) return;
      this.#parked.delete(parked);
      this.#items.push(parked.item);
      parked.waiter.resolve();
    }
  }
}
