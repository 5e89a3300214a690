// The feed on /metrics. Everything is counted where it happens and read when it is scraped.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
import { type Counts, kinds } from './counts.ts';
import type { Feed } from './feed.ts';

/** Registers the families of the feed. */
export function registerFeedMetrics(metrics: Metrics, feed: Feed, counts: Counts): void {
  const total = (name: string, help: string, read: () => number) => {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [metrics],
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  };
  const gauge = (name: string, help: string, read: () => number) => {
    const level: Gauge = new Gauge({ name, help, registers: [metrics], collect: () => level.set(read()) });
  };

  const sent: Counter<'kind'> = new Counter({
    name: 'region_feed_heartbeats_sent_total',
    help: 'Region heartbeats handed to the transport, by what they tell of',
    labelNames: ['kind'],
    registers: [metrics],
    collect() {
      sent.reset();
      for (const kind of kinds) sent.inc({ kind }, counts.sent[kind]);
    },
  });
  const failures: Counter<'error'> = new Counter({
    name: 'region_feed_failures_total',
    help: 'Attempts and runs that ended with an error',
    labelNames: ['error'],
    registers: [metrics],
    collect() {
      failures.reset();
      for (const [error, times] of counts.failures) failures.inc({ error }, times);
    },
  });
  total(
    'region_feed_heartbeats_superseded_total',
    'Region heartbeats in whose place a newer one was sent',
    () => counts.superseded,
  );
  total(
    'region_feed_heartbeats_refused_total',
    'Region heartbeats that PD took for older than what it knows',
    () => counts.refused,
  );
  total(
    'region_feed_store_heartbeats_total',
    'Store heartbeats that were answered',
    () => counts.storeHeartbeats,
  );
  total('region_feed_orders_total', 'Orders of PD to regions, which are not obeyed', () => counts.orders);
  total(
    'region_feed_joins_total',
    'Times that a PD was joined; all but the first are reconnects',
    () => counts.joins,
  );
  gauge('region_feed_heartbeats_owed', 'Region heartbeats that are due and not sent', () =>
    feed.state.kind === 'feeding' ? feed.state.run.owed : 0,
  );
  gauge('region_feed_regions', 'Regions in the world', () => feed.world?.size ?? 0);
}
