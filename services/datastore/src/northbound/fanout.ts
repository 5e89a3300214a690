// What the core says to subscribers, brought to whom it concerns. A feed's message is one Buffer, written as it is to
// everybody who is live: per subscriber it costs a write, no copy, no promise and no timer.

import type { RawCall } from '@syncline/rpc/raw-call.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { SubscriberSink } from '../core/host.ts';
import type { CoreLostError } from '../core/host-errors.ts';
import type { FromCore, Page, Subscription } from '../core/protocol.ts';
import { type NorthboundCounts, noCounts } from './counts.ts';
import type { NorthboundLimits } from './limits.ts';
import { Readership } from './readership.ts';
import { tracedSend } from './send-span.ts';
import { type CorePort, Subscriber } from './subscriber.ts';

/** As many subscribers as are allowed are there already. */
export class TooManySubscribersError extends Error {
  override name = 'TooManySubscribersError';
  readonly limit: number;

  constructor(limit: number) {
    super(`${limit} subscribers are served already; one must leave before another can be`);
    this.limit = limit;
  }
}

/** How often stuck readers are looked for, as a part of their deadline. */
const looksPerDeadline = 20;

type Event<Kind> = Extract<FromCore, { readonly kind: Kind }>;

/** All northbound subscribers of the process. Disposing it stops its timer; the calls end with the server. */
export class Fanout implements SubscriberSink, Disposable {
  readonly #core: CorePort;
  readonly #limits: NorthboundLimits;
  readonly #clock: Clock;
  readonly #readerships = new Map<number, Readership>();
  readonly #subscribers = new Map<number, Subscriber>();
  #lastNumber = 0;
  #look: Timer | undefined;

  constructor(core: CorePort, limits: NorthboundLimits, clock: Clock) {
    this.#core = core;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes in a call with what it subscribes to. Throws TooManySubscribersError. */
  subscribe(call: RawCall, datastore: number, subscription: Subscription): Subscriber {
    if (this.#subscribers.size >= this.#limits.maxSubscribers) {
      throw new TooManySubscribersError(this.#limits.maxSubscribers);
    }
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const readership = this.#readershipOf(datastore);
    const subscriber: Subscriber = new Subscriber(
      {
        datastore,
        number,
        call,
        core: this.#core,
        feeds: readership.feeds,
        backpressure: readership.backpressure,
        counts: readership.sent,
        limits: this.#limits,
        closed: () => {
          this.#subscribers.delete(number);
          readership.subscribers.delete(subscriber);
        },
      },
      subscription,
    );
    this.#subscribers.set(number, subscriber);
    readership.subscribers.add(subscriber);
    this.#look ??= this.#lookLater();
    return subscriber;
  }

  /** What is going on for a datastore, and what was sent. */
  counts(datastore: number): NorthboundCounts {
    return this.#readerships.get(datastore)?.counts() ?? noCounts;
  }

  /** Lets a batch of the datastore's device wait for its readers, see Backpressure.hold. */
  hold(datastore: number, go: () => void): Timer | undefined {
    return this.#readerships.get(datastore)?.backpressure.hold(go);
  }

  /** Forgets a datastore that was deleted, and ends whom the core has not ended because it did not answer. */
  forget(datastore: number): void {
    const readership = this.#readerships.get(datastore);
    this.#readerships.delete(datastore);
    for (const subscriber of readership?.subscribers ?? [])
      subscriber.dismiss('NOT_FOUND', 'the datastore was deleted');
  }

  feed({ datastore, feed: number, frames, head, updates, trace }: Event<'feed'>): void {
    const readership = this.#readerships.get(datastore);
    const feed = readership?.feeds.get(number);
    if (readership === undefined || feed === undefined) return;
    const subscribers = feed.members.size;
    const bytes = Buffer.from(frames);
    readership.sent.updates += updates * subscribers;
    if (trace === undefined) return feed.push(bytes, head);
    tracedSend({ datastore, traceparent: trace, subscribers, updates, bytes: bytes.byteLength }, () =>
      feed.push(bytes, head),
    );
  }

  behind({ datastore, feed }: Event<'behind'>): void {
    this.#readerships.get(datastore)?.feeds.get(feed)?.behind();
  }

  page(page: Page): void {
    this.#subscribers.get(page.subscriber)?.page(page);
  }

  ended({ subscriber, code, message }: Event<'ended'>): void {
    this.#subscribers.get(subscriber)?.dismiss(code, message);
  }

  lost(datastore: number, reason: CoreLostError): void {
    const details = `the datastore is being restored: ${reason.message}`;
    for (const subscriber of this.#readerships.get(datastore)?.subscribers ?? [])
      subscriber.dismiss('UNAVAILABLE', details);
  }

  [Symbol.dispose](): void {
    this.#look?.clear();
  }

  /** Made with the first subscriber: of a datastore that has none there would be nobody to forget it. */
  #readershipOf(datastore: number): Readership {
    const readership =
      this.#readerships.get(datastore) ?? new Readership(this.#clock, this.#limits.backpressureMs);
    this.#readerships.set(datastore, readership);
    return readership;
  }

  #lookLater(): Timer {
    return this.#clock.setTimer(this.#limits.slowConsumerMs / looksPerDeadline, () => {
      const now = this.#clock.monotonic();
      for (const subscriber of this.#subscribers.values()) subscriber.checkProgress(now);
      this.#look = this.#subscribers.size > 0 ? this.#lookLater() : undefined;
    });
  }
}
