// One Subscribe RPC with its subscription: carries out what its Delivery decides, on its call and towards the core.
// Invariant: at most `queueBytes`, one page and one feed message wait to be sent to it, however slow it reads.

import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { Stall } from '@syncline/runtime/stall.ts';
import { Status } from 'nice-grpc-common';
import type { Told } from '../core/host.ts';
import type { Page, Subscription } from '../core/protocol.ts';
import type { Backpressure } from './backpressure.ts';
import type { SendCounts } from './counts.ts';
import { Delivery, type DeliveryEffect, type DeliveryEvent } from './delivery.ts';
import type { NorthboundLimits } from './limits.ts';
import type { FeedMember, LiveFeed, LiveFeeds } from './live-feed.ts';

/** Where messages to the core go. */
export interface CorePort {
  send(message: Told): void;
}

/** What a subscriber is made of. */
export interface SubscriberParts {
  readonly datastore: number;
  /** Its number towards the core, never used twice. */
  readonly number: number;
  readonly call: RawCall;
  readonly core: CorePort;
  readonly feeds: LiveFeeds;
  readonly backpressure: Backpressure;
  readonly counts: SendCounts;
  readonly limits: NorthboundLimits;
  /** Called once, when it is over. */
  readonly closed: () => void;
}

export class Subscriber implements FeedMember {
  readonly #parts: SubscriberParts;
  readonly #delivery: Delivery;
  readonly #sending = new Stall();
  readonly #asking = new Stall();
  #feed: LiveFeed | undefined;
  #written = 0;
  #asked = 1;
  #answered = 0;

  /** Asks the core for the first page. */
  constructor(parts: SubscriberParts, subscription: Subscription) {
    const { call, core, datastore, number, limits, backpressure } = parts;
    this.#parts = parts;
    this.#delivery = new Delivery(subscription.mode, limits.maxPolls);
    call.onDrain(() => {
      this.#take({ kind: 'drained' });
      // Second, so that what it asks for reaches the core before the batch that waited for it.
      backpressure.emptied(this);
    });
    call.signal.addEventListener('abort', () => this.#take({ kind: 'gone' }), { once: true });
    core.send({ kind: 'subscribe', datastore, subscriber: number, subscription });
  }

  get lagging(): boolean {
    return this.#delivery.lagging;
  }

  /** The client asks for a further set. */
  poll(): void {
    this.#take({ kind: 'poll', full: this.#full });
  }

  /** The client will send nothing more. */
  halfClosed(): void {
    this.#take({ kind: 'half-closed' });
  }

  push(frames: Uint8Array, head: number): void {
    this.#write(frames);
    if (this.#full) this.#take({ kind: 'overrun', head });
  }

  behind(): void {
    this.#take({ kind: 'behind', full: this.#full });
  }

  /** Takes a page of its own from the core. */
  page({ frames, updates, coalesced, then }: Page): void {
    if (this.#delivery.phase === 'over') return;
    if (then.kind !== 'unasked') this.#answered += 1;
    if (frames.byteLength > 0) this.#write(new Uint8Array(frames));
    this.#parts.counts.updates += updates;
    this.#parts.counts.coalesced += coalesced;
    this.#take({ kind: 'page', then, full: this.#full });
    if (this.#feed === undefined || !this.#full) return;
    // Nothing of a quiet feed may have been pushed for long: its head says less than the sample's.
    this.#take({ kind: 'overrun', head: then.kind === 'unasked' ? then.head : this.#feed.head });
  }

  /** The core has let it go. */
  dismiss(code: 'ABORTED' | 'NOT_FOUND' | 'UNAVAILABLE', details: string): void {
    this.#take({ kind: 'dismissed', code, details });
  }

  /** Ends it when a wait has taken too long: its reader's, or its own for the core. */
  checkProgress(nowMs: number): void {
    const { call, limits, counts } = this.#parts;
    if (this.#sending.look(nowMs, this.#written, call.queuedBytes) >= limits.slowConsumerMs) {
      counts.slowConsumers += 1;
      this.#take({ kind: 'expired', code: 'ABORTED', details: 'slow consumer' });
    } else if (this.#asking.look(nowMs, this.#asked, this.#asked - this.#answered) >= limits.pageDeadlineMs) {
      const details = `the datastore did not answer within ${limits.pageDeadlineMs} ms`;
      this.#take({ kind: 'expired', code: 'UNAVAILABLE', details });
    }
  }

  get #full(): boolean {
    return this.#parts.call.queuedBytes >= this.#parts.limits.queueBytes;
  }

  #write(frames: Uint8Array): void {
    const { call, limits, backpressure } = this.#parts;
    call.writeFramed(frames);
    if (call.queuedBytes >= limits.backpressureBytes) backpressure.filled(this);
    this.#written += frames.byteLength;
    this.#parts.counts.bytes += frames.byteLength;
  }

  #take(event: DeliveryEvent): void {
    const effects = this.#delivery.take(event);
    for (const effect of effects) this.#perform(effect);
    // Once: what comes after the end has no effects.
    if (effects.length === 0 || this.#delivery.phase !== 'over') return;
    this.#parts.backpressure.emptied(this);
    this.#parts.closed();
  }

  #perform(effect: DeliveryEffect): void {
    const { call, core, datastore, number: subscriber, feeds } = this.#parts;
    switch (effect.kind) {
      case 'ask':
        this.#asked += 1;
        core.send({ kind: effect.message, datastore, subscriber });
        break;
      case 'lag':
        core.send({ kind: 'lag', datastore, subscriber, cursor: effect.cursor });
        break;
      case 'join':
        this.#feed = feeds.join(effect.feed, effect.head, this);
        break;
      case 'leave':
        this.#feed?.leave(this);
        this.#feed = undefined;
        break;
      case 'end':
        call.end(Status[effect.code], effect.details);
        break;
    }
  }
}
