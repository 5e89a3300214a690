// Everybody who follows one datastore over gNMI: their feeds, what was sent to them, and how the device waits for them.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Backpressure } from './backpressure.ts';
import { type NorthboundCounts, noSendCounts } from './counts.ts';
import { LiveFeeds } from './live-feed.ts';
import type { Subscriber } from './subscriber.ts';

/** The subscribers of one datastore. */
export class Readership {
  readonly feeds = new LiveFeeds();
  readonly sent = noSendCounts();
  readonly subscribers = new Set<Subscriber>();
  readonly backpressure: Backpressure;

  /** `backpressureMs` is the longest wait for a reader. */
  constructor(clock: Clock, backpressureMs: number) {
    this.backpressure = new Backpressure(clock, backpressureMs);
  }

  counts(): NorthboundCounts {
    const lagging = [...this.subscribers].filter((subscriber) => subscriber.lagging).length;
    const { heldMs } = this.backpressure;
    return { ...this.sent, subscribers: this.subscribers.size, lagging, heldMs };
  }
}
