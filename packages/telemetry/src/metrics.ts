// The process's metrics: one prom-client registry, read by the admin port's /metrics.
// Names end in their unit (_seconds, _bytes, _total); ids are never labels.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

// One copy of prom-client for the suite: a metric of another copy would not fit the registry.
export { Counter, Gauge, Histogram } from 'prom-client';

/** Where metrics are registered: `new Counter({ name, help, registers: [metrics] })`. */
export type Metrics = Registry;

const lagResolutionMs = 10;

/**
 * Makes a registry that already holds the process's own metrics (CPU, memory, GC, handles) and
 * `event_loop_lag_seconds{quantile}`: how late the event loop ran since the last scrape.
 */
export function createMetrics(service: string): Metrics {
  const metrics = new Registry();
  metrics.setDefaultLabels({ service });
  collectDefaultMetrics({ register: metrics });
  observeEventLoopLag(metrics);
  return metrics;
}

function observeEventLoopLag(metrics: Metrics): void {
  const delay = monitorEventLoopDelay({ resolution: lagResolutionMs });
  delay.enable();
  const gauge = new Gauge({
    name: 'event_loop_lag_seconds',
    help: 'How late a timer fired since the last scrape, by quantile (1 is the maximum)',
    labelNames: ['quantile'],
    registers: [metrics],
    collect() {
      // The histogram holds whole timer periods; what exceeds the period asked for is the lag.
      const lagSeconds = (ns: number) => Math.max(0, ns / 1e6 - lagResolutionMs) / 1e3;
      gauge.set({ quantile: '0.5' }, lagSeconds(delay.percentile(50)));
      gauge.set({ quantile: '0.99' }, lagSeconds(delay.percentile(99)));
      gauge.set({ quantile: '1' }, lagSeconds(delay.max));
      delay.reset();
    },
  });
}
