// Everybody northbound of one datastore: which feeds there are, who is live, who lags. After each commit the live are
// pushed to, once per feed; the others ask.
// Invariant: the ring never overwrites an entry that a subscriber may turn out not to have: for the live those that the
// main thread has not acknowledged (the ring grows), for the others those after their cursor (they are folded).
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { Tally } from './arrears.ts';
import { ChangeRing } from './change-ring.ts';
import type { Changes } from './commit.ts';
import { Feed, feedKey } from './feed.ts';
import type { LeafTable } from './leaf-table.ts';
import type { CoreLimits, Subscription } from './protocol.ts';
import type { Sampler } from './sampler.ts';
import { type PageContent, Subscriber } from './subscriber.ts';

/** What the audience tells the main thread. */
export interface AudienceEvents {
  readonly feed: (feed: number, frames: ArrayBuffer, head: number, updates: number) => void;
  readonly behind: (feed: number) => void;
  readonly page: (subscriber: number, page: PageContent) => void;
  readonly ended: (
    subscriber: number,
    code: 'ABORTED' | 'NOT_FOUND' | 'UNAVAILABLE',
    message: string,
  ) => void;
}

export class Audience {
  readonly ring: ChangeRing;
  readonly #leaves: LeafTable;
  readonly #limits: CoreLimits;
  readonly #events: AudienceEvents;
  readonly #clock: Clock;
  readonly #tally: Tally = new Tally();
  readonly #feeds: Map<string, Feed> = new Map();
  readonly #subscribers: Map<number, Subscriber> = new Map();
  readonly #timers: Map<number, Timer[]> = new Map();
  #nextFeed = 1;
  #acknowledged = 0;

  constructor(leaves: LeafTable, limits: CoreLimits, clock: Clock, events: AudienceEvents) {
    this.#leaves = leaves;
    this.#limits = limits;
    this.#events = events;
    this.#clock = clock;
    this.ring = new ChangeRing(2 ** Math.ceil(Math.log2(limits.ringEntries)));
  }

  /** Subscribers that are not live, and the entries folded for them. */
  get lagging(): number {
    return this.#waiting().length;
  }

  get folded(): number {
    return this.#waiting().reduce((sum, subscriber) => sum + subscriber.folded, 0);
  }

  /** Takes a subscriber in; its first page follows at once. */
  subscribe(id: number, subscription: Subscription): void {
    const key = feedKey(subscription);
    const feed = this.#feeds.get(key) ?? new Feed(this.#nextFeed++, subscription, this.#leaves, this.#limits);
    this.#feeds.set(key, feed);
    feed.members++;
    const now = this.#clock.monotonic();
    const subscriber = new Subscriber(
      id,
      subscription,
      feed,
      this.#leaves,
      this.ring,
      this.#tally,
      this.#limits,
      now,
    );
    this.#subscribers.set(id, subscriber);
    this.#timers.set(id, []);
    for (const sampler of subscriber.samplers)
      this.#schedule(subscriber, sampler, this.#timers.get(id) ?? []);
    this.pull(id);
  }

  /** The subscriber's last page has left. */
  pull(id: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined || subscriber.isLive || subscriber.phase === 'resting') return;
    const page = subscriber.pull();
    if (subscriber.isLive) subscriber.feed.live.add(id);
    this.#events.page(id, page);
    if (subscriber.folded > 0) this.#boundFolded();
  }

  /** A live subscriber does not keep up since `cursor`. */
  lag(id: number, cursor: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined || subscriber.phase === 'initial') return;
    subscriber.feed.live.delete(id);
    // Of a quiet feed nothing may have been pushed for long: then the ring need not reach back to its last message.
    subscriber.lag(Math.max(cursor, this.ring.tail));
  }

  /**
   * The main thread has dealt with every push up to `position`: whoever could not take one has said so by `lag`.
   * Until then a subscriber that counts as live here may lag already.
   */
  acknowledge(position: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, position);
  }

  /** POLL: the next full set. */
  poll(id: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber?.phase !== 'resting') return;
    subscriber.restart();
    this.pull(id);
  }

  /** The subscriber has gone. */
  unsubscribe(id: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    for (const timer of this.#timers.get(id) ?? []) timer.clear();
    this.#timers.delete(id);
    this.#subscribers.delete(id);
    const { feed } = subscriber;
    feed.live.delete(id);
    feed.members--;
    if (feed.members === 0) this.#feeds.delete(feed.key);
  }

  /** Ends everybody: the datastore is going. */
  close(code: 'NOT_FOUND' | 'UNAVAILABLE', message: string): void {
    for (const id of this.#subscribers.keys()) {
      this.unsubscribe(id);
      this.#events.ended(id, code, message);
    }
  }

  /** A commit has changed running: it is entered in the ring and pushed to whoever is live. */
  publish(changes: Changes): void {
    const { ring } = this;
    const from = ring.head;
    const push = changes.count <= this.#limits.pushChanges;
    if (!push) this.#leaveBehind();
    this.#makeRoom(changes.count);
    for (let at = 0; at < changes.count; at++) {
      const leaf = changes.leaves[at] as number;
      this.#leaves.changedAt[leaf] = ring.append(leaf, changes.swallowed[at] as number);
    }
    if (push) this.#push(from);
  }

  /** No subscriber needs a leaf that went at or before this position; -1 when one may need any. */
  needsFrom(): number {
    let from = Number.POSITIVE_INFINITY;
    for (const subscriber of this.#subscribers.values()) {
      from = Math.min(from, subscriber.needsFrom);
      // It may turn out not to have taken what the main thread has yet to acknowledge.
      if (subscriber.isLive) from = Math.min(from, this.#acknowledged);
    }
    return from;
  }

  #push(from: number): void {
    for (const feed of this.#feeds.values()) {
      if (feed.live.size === 0) continue;
      const encoded = feed.encode(this.ring, from);
      if (encoded !== undefined) this.#events.feed(feed.id, encoded.frames, this.ring.head, encoded.updates);
    }
  }

  #leaveBehind(): void {
    for (const feed of this.#feeds.values()) {
      if (feed.live.size === 0) continue;
      for (const id of feed.live) this.#subscribers.get(id)?.lag(this.ring.head);
      feed.live.clear();
      this.#events.behind(feed.id);
    }
  }

  #makeRoom(entries: number): void {
    const { ring } = this;
    ring.grow(ring.head + entries - this.#acknowledged);
    const overwritten = ring.head + entries - ring.capacity;
    if (overwritten <= 0) return;
    const waiting = this.#waiting();
    for (const subscriber of waiting) subscriber.fold(overwritten);
    this.#boundFolded();
  }

  #boundFolded(): void {
    while (this.folded > this.#limits.foldedEntries) {
      const [worst] = this.#waiting().sort((a, b) => b.folded - a.folded);
      if (worst === undefined) return;
      this.#giveUp(worst);
    }
  }

  #giveUp(subscriber: Subscriber): void {
    this.unsubscribe(subscriber.id);
    this.#events.ended(
      subscriber.id,
      'ABORTED',
      'slow consumer: it lags further behind than changes are remembered',
    );
  }

  #waiting(): Subscriber[] {
    return [...this.#subscribers.values()].filter(({ phase }) => phase === 'initial' || phase === 'owed');
  }

  #schedule(subscriber: Subscriber, sampler: Sampler, timers: Timer[]): void {
    const at = timers.length;
    const tick = () => {
      timers[at] = this.#clock.setTimer(sampler.intervalMs, tick);
      const page = subscriber.sample(sampler, this.#clock.monotonic());
      if (page !== undefined) this.#events.page(subscriber.id, page);
    };
    timers.push(this.#clock.setTimer(sampler.intervalMs, tick));
  }
}
