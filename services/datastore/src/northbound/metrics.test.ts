import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { expect, test } from 'vitest';
import { observeNorthbound } from './metrics.ts';

test('a scrape shows the counts of its moment', async () => {
  const metrics = createMetrics('datastore');
  const counts = { subscribers: 3, lagging: 1, slowConsumers: 2, updates: 10, coalesced: 4, bytes: 500 };
  observeNorthbound(metrics, () => counts);
  expect(await metrics.metrics()).toContain('northbound_updates_total{service="datastore"} 10');
  counts.updates = 25;
  counts.subscribers = 0;
  const text = await metrics.metrics();
  expect(text).toContain('northbound_updates_total{service="datastore"} 25');
  expect(text).toContain('northbound_subscribers{service="datastore"} 0');
});
