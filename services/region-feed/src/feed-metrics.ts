// The feed on /metrics. Everything is counted where it happens and read when it is scraped.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
import { type Counts, kinds } from './counts.ts';
import type { Feed } from './feed.ts';

/** Registers the families of the feed. */
export function registerFeedMetrics(metrics: Metrics, feed: Feed, counts: Counts): void {
  const scraped = new ScrapedMetrics(metrics);
  scraped.totals(
    'region_feed_heartbeats_sent_total',
    'Region heartbeats handed to the transport, by what they tell of',
    'kind',
    () => kinds.map((kind) => [kind, counts.sent[kind]]),
  );
  scraped.totals(
    'region_feed_failures_total',
    'Attempts and runs that ended with an error',
    'error',
    () => counts.failures,
  );
  scraped.total(
    'region_feed_heartbeats_superseded_total',
    'Region heartbeats in whose place a newer one was sent',
    () => counts.superseded,
  );
  scraped.total(
    'region_feed_heartbeats_refused_total',
    'Region heartbeats that PD took for older than what it knows',
    () => counts.refused,
  );
  scraped.total(
    'region_feed_store_heartbeats_total',
    'Store heartbeats that were answered',
    () => counts.storeHeartbeats,
  );
  scraped.total(
    'region_feed_orders_total',
    'Orders of PD to regions, which are not obeyed',
    () => counts.orders,
  );
  scraped.total(
    'region_feed_joins_total',
    'Times that a PD was joined; all but the first are reconnects',
    () => counts.joins,
  );
  scraped.gauge('region_feed_heartbeats_owed', 'Region heartbeats that are due and not sent', () =>
    feed.state.kind === 'feeding' ? feed.state.run.owed : 0,
  );
  scraped.gauge('region_feed_regions', 'Regions in the world', () => feed.world?.size ?? 0);
}
