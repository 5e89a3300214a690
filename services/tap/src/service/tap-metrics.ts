// The tap on /metrics, read when it is scraped. No names of streams or conduits are labels.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
import type { Ambassador } from '../ambassador/ambassador.ts';
import type { Inbox } from '../link/inbox.ts';
import type { StatusBoard } from '../stream/status-board.ts';
import type { LoopLog } from './loop-log.ts';
import type { Refusals } from './refusals.ts';
import type { Watchers } from './watchers.ts';

/** What the metrics are about. */
export interface Measured {
  readonly ambassador: Ambassador;
  readonly board: StatusBoard;
  readonly inbox: Inbox;
  readonly notes: LoopLog;
  readonly refusals: Refusals;
  readonly watchers: Watchers;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** By value of the label; '' without one. */
  readonly samples: (measured: Measured) => Iterable<readonly [label: string, value: number]>;
}

/** Registers the families of the tap. */
export function registerTapMetrics(metrics: Metrics, measured: Measured): void {
  for (const family of counters) register(Counter, family, metrics, measured);
  for (const family of gauges) register(Gauge, family, metrics, measured);
}

function register(
  kind: typeof Counter | typeof Gauge,
  { name, help, label, samples }: Family,
  metrics: Metrics,
  measured: Measured,
): void {
  const metric = new kind({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [metrics],
    collect() {
      metric.reset();
      for (const [value, count] of samples(measured))
        metric.inc(label === undefined ? {} : { [label]: value }, count);
    },
  });
}

const counters: readonly Family[] = [
  {
    name: 'tap_refusals_total',
    help: 'Requests that were refused, by why',
    label: 'reason',
    samples: ({ refusals }) => refusals.counts,
  },
  {
    name: 'tap_stream_events_total',
    help: 'What the loops of streams did',
    label: 'event',
    samples: ({ notes }) => notes.streamNotes,
  },
  {
    name: 'tap_conduit_events_total',
    help: 'What the loops of conduits did and learned',
    label: 'event',
    samples: ({ notes }) => notes.conduitNotes,
  },
  {
    name: 'tap_watch_messages_total',
    help: 'Messages of the watches of NSP and proxy by what became of them; received is the sum of the others',
    label: 'fate',
    samples: ({ inbox }) => Object.entries(inbox.counts),
  },
];

const gauges: readonly Family[] = [
  {
    name: 'tap_streams',
    help: 'Streams that are asked for, by their status',
    label: 'status',
    samples: ({ board }) => countedBy(board.rows.value, ({ status }) => status),
  },
  {
    name: 'tap_streams_draining',
    help: 'Streams that are closed and still give back what they held',
    samples: ({ ambassador }) => {
      const streams = ambassador.dump().flatMap((conduit) => conduit.streams);
      return [['', streams.filter(({ isWanted }) => !isWanted).length]];
    },
  },
  {
    name: 'tap_conduits',
    help: 'Conduits by where their link stands',
    label: 'link',
    samples: ({ ambassador }) => countedBy(ambassador.dump(), ({ link }) => link),
  },
  {
    name: 'tap_watchers',
    help: 'Open Watch streams',
    samples: ({ watchers }) => [['', watchers.count]],
  },
];

function countedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
