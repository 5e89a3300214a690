// How one subscriber is brought up to date, kept so, and let go: the rules, without the bytes and without a clock.
// Invariant: between a page that says `live` and the `lag` that follows it the subscriber is in its feed; at any
// other time it is given nothing that it did not ask for, so what it was given always adds up to one position.

import type { Page } from '../core/protocol.ts';

/** Where a subscriber stands. */
export type DeliveryPhase =
  /** The core owes it a page. */
  | { readonly kind: 'awaiting' }
  /** Its queue is full; when that has drained, this is asked of the core. */
  | { readonly kind: 'holding'; readonly next: 'pull' | 'poll' }
  /** Each message of the feed goes to it. */
  | { readonly kind: 'live' }
  /** POLL: it has its set and has not asked for another. */
  | { readonly kind: 'resting' }
  | { readonly kind: 'over' };

/** What happens to a subscriber. `full` tells that as many bytes as allowed wait to be sent to it. */
export type DeliveryEvent =
  | { readonly kind: 'page'; readonly then: Page['then']; readonly full: boolean }
  /** Its queue became full while it was live; it was given everything up to `head`. */
  | { readonly kind: 'overrun'; readonly head: number }
  /** The core will push nothing more until it is asked. */
  | { readonly kind: 'behind'; readonly full: boolean }
  /** Its queue is empty again. */
  | { readonly kind: 'drained' }
  /** The client asks for a further set. */
  | { readonly kind: 'poll'; readonly full: boolean }
  /** The client will send nothing more. */
  | { readonly kind: 'half-closed' }
  /** The call is over: cancelled, or the server stops. */
  | { readonly kind: 'gone' }
  /** A wait has taken too long. */
  | { readonly kind: 'expired'; readonly code: DeliveryEnd; readonly details: string }
  /** The core has let it go. */
  | { readonly kind: 'dismissed'; readonly code: DeliveryEnd; readonly details: string };

/** The gRPC statuses a subscription ends with, by name. */
export type DeliveryEnd = 'OK' | 'ABORTED' | 'NOT_FOUND' | 'RESOURCE_EXHAUSTED' | 'UNAVAILABLE';

/** What is to be done about it, in this order. */
export type DeliveryEffect =
  | { readonly kind: 'ask'; readonly message: 'pull' | 'poll' | 'unsubscribe' }
  | { readonly kind: 'lag'; readonly cursor: number }
  | { readonly kind: 'join'; readonly feed: number; readonly head: number }
  | { readonly kind: 'leave' }
  | { readonly kind: 'end'; readonly code: DeliveryEnd; readonly details: string };

const nothing: readonly DeliveryEffect[] = [];

/** One subscriber's rules. It begins with the core owing it the first page. */
export class Delivery {
  readonly #mode: 'once' | 'poll' | 'stream';
  readonly #maxPolls: number;
  #phase: DeliveryPhase = { kind: 'awaiting' };
  #synced = false;
  #polls = 0;
  #halfClosed = false;

  /** `maxPolls` is how many polls may wait while a set is being sent; one more ends the subscription. */
  constructor(mode: 'once' | 'poll' | 'stream', maxPolls: number) {
    this.#mode = mode;
    this.#maxPolls = maxPolls;
  }

  get phase(): DeliveryPhase['kind'] {
    return this.#phase.kind;
  }

  /** It was up to date once and is not any more. */
  get lagging(): boolean {
    return this.#synced && (this.#phase.kind === 'awaiting' || this.#phase.kind === 'holding');
  }

  /** Takes an event; after the end every event is ignored. */
  take(event: DeliveryEvent): readonly DeliveryEffect[] {
    if (this.#phase.kind === 'over') return nothing;
    switch (event.kind) {
      case 'page':
        return this.#page(event.then, event.full);
      case 'overrun':
        if (this.#phase.kind !== 'live') return nothing;
        this.#phase = { kind: 'holding', next: 'pull' };
        return [{ kind: 'leave' }, { kind: 'lag', cursor: event.head }];
      case 'behind':
        return this.#phase.kind === 'live' ? [{ kind: 'leave' }, ...this.#ask('pull', event.full)] : nothing;
      case 'drained':
        return this.#phase.kind === 'holding' ? this.#ask(this.#phase.next, false) : nothing;
      case 'poll':
        return this.#poll(event.full);
      case 'half-closed':
        this.#halfClosed = true;
        return this.#phase.kind === 'resting' ? this.#rest(false) : nothing;
      case 'gone':
        return this.#over();
      case 'expired':
        return [...this.#over(), { kind: 'end', code: event.code, details: event.details }];
      case 'dismissed':
        this.#phase = { kind: 'over' };
        return [{ kind: 'leave' }, { kind: 'end', code: event.code, details: event.details }];
    }
  }

  #page(then: Page['then'], full: boolean): readonly DeliveryEffect[] {
    switch (then.kind) {
      case 'more':
        return this.#ask('pull', full);
      case 'live':
        this.#synced = true;
        this.#phase = { kind: 'live' };
        return [{ kind: 'join', feed: then.feed, head: then.head }];
      case 'done':
        return this.#mode === 'once' ? this.#finish() : this.#rest(full);
      case 'unasked':
        return nothing;
    }
  }

  #poll(full: boolean): readonly DeliveryEffect[] {
    if (this.#phase.kind === 'resting') return this.#ask('poll', full);
    if (this.#polls === this.#maxPolls) {
      const details = `poll: ${this.#maxPolls} polls wait for their answer already`;
      return [...this.#over(), { kind: 'end', code: 'RESOURCE_EXHAUSTED', details }];
    }
    this.#polls += 1;
    return nothing;
  }

  // A half-close asks for no further set, but what was asked for before is still answered.
  #rest(full: boolean): readonly DeliveryEffect[] {
    if (this.#polls > 0) {
      this.#polls -= 1;
      return this.#ask('poll', full);
    }
    if (this.#halfClosed) return this.#finish();
    this.#phase = { kind: 'resting' };
    return nothing;
  }

  #ask(next: 'pull' | 'poll', full: boolean): readonly DeliveryEffect[] {
    this.#phase = full ? { kind: 'holding', next } : { kind: 'awaiting' };
    return full ? nothing : [{ kind: 'ask', message: next }];
  }

  #finish(): readonly DeliveryEffect[] {
    return [...this.#over(), { kind: 'end', code: 'OK', details: '' }];
  }

  #over(): readonly DeliveryEffect[] {
    this.#phase = { kind: 'over' };
    return [{ kind: 'leave' }, { kind: 'ask', message: 'unsubscribe' }];
  }
}
