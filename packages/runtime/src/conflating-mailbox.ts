// A buffer that keeps the newest value of each key for a consumer that may be slow.
// Every value offered is either delivered or counted as conflated into the newer one that replaced it.

import { ClosedError, checkCapacity, FullError } from './mailbox-errors.ts';
import { Outlet } from './outlet.ts';

/** The newest value of a key, and how many older ones it replaced since the key was last delivered. */
export interface Conflated<K, V> {
  readonly key: K;
  readonly value: V;
  readonly conflated: number;
}

/**
 * Many senders, one consumer, at most `capacity` distinct keys, in the order in which the keys first arrived.
 */
export class ConflatingMailbox<K, V> implements Disposable {
  readonly name: string;
  readonly capacity: number;
  readonly #outlet: Outlet;
  #entries = new Map<K, { key: K; value: V; conflated: number }>();
  #conflations = 0;

  /**
   * @param settings.name what errors call it
   * @param settings.capacity how many distinct keys it holds at most, from 1
   */
  constructor(settings: { readonly name: string; readonly capacity: number }) {
    checkCapacity(settings.name, settings.capacity);
    this.name = settings.name;
    this.capacity = settings.capacity;
    this.#outlet = new Outlet(settings.name);
  }

  /** How many keys wait for the consumer. */
  get depth(): number {
    return this.#entries.size;
  }

  /** How many values were replaced by a newer one, ever. */
  get conflations(): number {
    return this.#conflations;
  }

  /**
   * Accepts `value` as the newest of `key`, which keeps its place in the order.
   * Throws FullError when the key is new and the mailbox is at capacity, ClosedError after end() or close().
   */
  offer(key: K, value: V): void {
    if (this.#outlet.ended) throw new ClosedError(this.name);
    const waiting = this.#entries.get(key);
    if (waiting !== undefined) {
      waiting.value = value;
      waiting.conflated += 1;
      this.#conflations += 1;
      return;
    }
    if (this.#entries.size >= this.capacity) throw new FullError(this.name, this.capacity);
    this.#entries.set(key, { key, value, conflated: 0 });
    this.#outlet.wake();
  }

  /**
   * Yields all that has arrived, one entry a key, and waits while there is nothing. Returns once the mailbox
   * has ended and is empty. Throws the signal's reason when it aborts (the entries stay in the mailbox), and
   * SecondConsumerError at the first read while another consumer is reading.
   */
  batches(signal: AbortSignal): AsyncGenerator<Conflated<K, V>[], void, undefined> {
    return this.#outlet.drain(() => (this.#entries.size === 0 ? undefined : this.#takeAll()), signal);
  }

  /** Accepts no more. The consumer still gets what was accepted. */
  end(): void {
    this.#outlet.end();
  }

  /** Ends, and hands back what was accepted but not delivered. */
  close(): Conflated<K, V>[] {
    this.end();
    return this.#takeAll();
  }

  /** The same as end(): disposal loses nothing. */
  [Symbol.dispose](): void {
    this.end();
  }

  #takeAll(): Conflated<K, V>[] {
    const entries = [...this.#entries.values()];
    this.#entries = new Map();
    return entries;
  }
}
