// The service on /metrics, read when it is scraped. No names of targets or peers are labels.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
import { kinds } from '../configuration/model.ts';
import type { CountedCall, RefusalReason } from './answers.ts';
import type { StatusParts } from './nsp-status.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** By value of the label; '' without one. */
  readonly samples: (parts: StatusParts) => Iterable<readonly [label: string, value: number]>;
}

/** Registers the families of the nsp. */
export function registerNspMetrics(metrics: Metrics, parts: StatusParts): void {
  for (const family of counters) register(Counter, family, metrics, parts);
  for (const family of gauges) register(Gauge, family, metrics, parts);
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

function register(
  kind: typeof Counter | typeof Gauge,
  { name, help, label, samples }: Family,
  metrics: Metrics,
  parts: StatusParts,
): void {
  const metric = new kind({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [metrics],
    collect() {
      metric.reset();
      for (const [value, count] of samples(parts))
        metric.inc(label === undefined ? {} : { [label]: value }, count);
    },
  });
}

function one(name: string, help: string, value: (parts: StatusParts) => number): Family {
  return { name, help, samples: (parts) => [['', value(parts)]] };
}

function byKind(name: string, help: string, of: 'open' | 'delivered' | 'conflated'): Family {
  const samples = ({ watchers }: StatusParts) =>
    Array.from(watchers.counts(), ([kind, counts]) => [kind, counts[of]] as const);
  return { name, help, label: 'kind', samples };
}

const counters: readonly Family[] = [
  one('nsp_configuration_taken_total', 'Configurations that came into force', ({ live }) => live.revision),
  one(
    'nsp_configuration_refused_total',
    'Looks at the file that found nothing that can be used',
    ({ live }) => live.refused,
  ),
  one(
    'nsp_targets_expired_total',
    'Targets removed because nobody refreshed them',
    ({ registry }) => registry.expired,
  ),
  one('nsp_store_refused_total', 'Commits that the disk refused', ({ registry }) => registry.refused),
  byKind('nsp_watch_delivered_total', 'Lists that watchers took', 'delivered'),
  byKind('nsp_watch_conflated_total', 'Lists replaced before their watcher took them', 'conflated'),
];

const gauges: readonly Family[] = [
  one('nsp_configuration_stale', 'Whether the file as it is now is not in force', ({ live }) =>
    live.refusal === undefined ? 0 : 1,
  ),
  one(
    'nsp_configuration_dangling',
    'References that lead nowhere in the configuration in force',
    ({ live }) => live.dangling.length,
  ),
  {
    name: 'nsp_configuration_objects',
    help: 'Objects of the configuration in force',
    label: 'kind',
    samples: ({ live }) => kinds.map((kind) => [kind, live.configuration?.[kind].length ?? 0] as const),
  },
  {
    name: 'nsp_targets',
    help: 'Targets by status; those of the type FRONTEND apart',
    label: 'status',
    samples: ({ registry }) => Object.entries(registry.counts),
  },
  one(
    'nsp_store_owed',
    'Rows that the disk may have otherwise than they are',
    ({ registry }) => registry.owed,
  ),
  byKind('nsp_watchers', 'Watchers', 'open'),
];
