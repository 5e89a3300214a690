// The service on /metrics, read when it is scraped. No names of targets or peers are labels.

import { Counter, type Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
import { kinds } from '../configuration/model.ts';
import type { CountedCall, RefusalReason } from './answers.ts';
import type { StatusParts } from './nsp-status.ts';

/** Registers the families of the nsp. */
export function registerNspMetrics(metrics: Metrics, { live, registry, watchers }: StatusParts): void {
  const scraped = new ScrapedMetrics(metrics);
  const byKind = (of: 'open' | 'delivered' | 'conflated') => () =>
    Array.from(watchers.counts(), ([kind, counts]) => [kind, counts[of]] as const);

  scraped.total('nsp_configuration_taken_total', 'Configurations that came into force', () => live.revision);
  scraped.total(
    'nsp_configuration_refused_total',
    'Looks at the file that found nothing that can be used',
    () => live.refused,
  );
  scraped.gauge('nsp_configuration_stale', 'Whether the file as it is now is not in force', () =>
    live.refusal === undefined ? 0 : 1,
  );
  scraped.gauge(
    'nsp_configuration_dangling',
    'References that lead nowhere in the configuration in force',
    () => live.dangling.length,
  );
  scraped.gauges('nsp_configuration_objects', 'Objects of the configuration in force', 'kind', () =>
    kinds.map((kind) => [kind, live.configuration?.[kind].length ?? 0]),
  );
  scraped.gauges('nsp_targets', 'Targets by status; those of the type FRONTEND apart', 'status', () =>
    Object.entries(registry.counts),
  );
  scraped.total(
    'nsp_targets_expired_total',
    'Targets removed because nobody refreshed them',
    () => registry.expired,
  );
  scraped.total('nsp_store_refused_total', 'Commits that the disk refused', () => registry.refused);
  scraped.gauge('nsp_store_owed', 'Rows that the disk may have otherwise than they are', () => registry.owed);
  scraped.gauges('nsp_watchers', 'Watchers', 'kind', byKind('open'));
  scraped.totals('nsp_watch_delivered_total', 'Lists that watchers took', 'kind', byKind('delivered'));
  scraped.totals(
    'nsp_watch_conflated_total',
    'Lists replaced before their watcher took them',
    'kind',
    byKind('conflated'),
  );
}

/** Registers the count of refused calls, and gives what counts one. */
export function refusalCounter(metrics: Metrics): (call: CountedCall, reason: RefusalReason) => void {
  const counter = new Counter({
    name: 'nsp_calls_refused_total',
    help: 'Calls that were refused, by why',
    labelNames: ['call', 'reason'],
    registers: [metrics],
  });
  return (call, reason) => counter.inc({ call, reason });
}
