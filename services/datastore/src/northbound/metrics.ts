// The northbound side in /metrics, all datastores together: read when asked, so sending pays nothing for it.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { Counter, Gauge } from 'prom-client';
import type { NorthboundCounts } from './counts.ts';

/** Adds the northbound metrics; `totals` never counts down for what ends in `_total`. */
export function observeNorthbound(metrics: Metrics, totals: () => NorthboundCounts): void {
  const gauge = (name: string, help: string, read: (counts: NorthboundCounts) => number) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      collect() {
        this.set(read(totals()));
      },
    });
  const counter = (name: string, help: string, read: (counts: NorthboundCounts) => number) =>
    new Counter({
      name,
      help,
      registers: [metrics],
      collect() {
        this.reset();
        this.inc(read(totals()));
      },
    });
  gauge('northbound_subscribers', 'Subscribe RPCs with a subscription', (counts) => counts.subscribers);
  gauge(
    'northbound_lagging_subscribers',
    'Subscribers that do not keep up and are brought up to date by pages',
    (counts) => counts.lagging,
  );
  counter(
    'northbound_slow_consumers_total',
    'Subscribers ended with ABORTED because they read nothing for the whole deadline',
    (counts) => counts.slowConsumers,
  );
  counter(
    'northbound_updates_total',
    'Updates and deletes given to subscribers, each subscriber counted',
    (counts) => counts.updates,
  );
  counter(
    'northbound_coalesced_total',
    'Values that a subscriber never saw because a newer one came first',
    (counts) => counts.coalesced,
  );
  counter('northbound_sent_bytes_total', 'Bytes given to subscribers', (counts) => counts.bytes);
}
