import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { parseMetrics, readMetric } from './metrics.ts';

const PAGE = `# HELP updates_total Updates written.
# TYPE updates_total counter
updates_total{target="r1",mode="on_change"} 41
updates_total{target="r2",mode="on_change"} 1
lag_seconds{quantile="0.99",path="/a[b=\\"c\\"]"} 1.5e-3
open_streams 3
oldest_seconds +Inf
`;

test('samples are read with labels, escapes and special values', () => {
  const samples = parseMetrics(PAGE);
  expect(samples).toHaveLength(5);
  expect(samples[2]?.labels.get('path')).toBe('/a[b="c"]');
  expect(samples[2]?.value).toBe(0.0015);
  expect(samples[4]?.value).toBe(Number.POSITIVE_INFINITY);
});

test('a line that is no sample is an error that shows it', () => {
  expect(() => parseMetrics('<html>')).toThrow(/<html>/);
});

test('a metric is the sum of the samples that carry the labels asked for', async () => {
  const server = createServer((_, response) => response.end(PAGE)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    expect(await readMetric(port, 'updates_total')).toBe(42);
    expect(await readMetric(port, 'updates_total', { target: 'r1' })).toBe(41);
    expect(await readMetric(port, 'never_counted_total')).toBe(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
