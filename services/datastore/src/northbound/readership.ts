// Everybody who follows one datastore over gNMI: their feeds, and what was sent to them.

import { type NorthboundCounts, noSendCounts } from './counts.ts';
import { LiveFeeds } from './live-feed.ts';
import type { Subscriber } from './subscriber.ts';

/** The subscribers of one datastore. */
export class Readership {
  readonly feeds = new LiveFeeds();
  readonly sent = noSendCounts();
  readonly subscribers = new Set<Subscriber>();

  counts(): NorthboundCounts {
    const lagging = [...this.subscribers].filter((subscriber) => subscriber.lagging).length;
    return { ...this.sent, subscribers: this.subscribers.size, lagging };
  }
}
