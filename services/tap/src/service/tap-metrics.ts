// The tap on /metrics, read when it is scraped. No names of streams or conduits are labels.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
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

/** Registers the families of the tap. */
export function registerTapMetrics(metrics: Metrics, measured: Measured): void {
  const { ambassador, board, inbox, notes, refusals, watchers } = measured;
  const scraped = new ScrapedMetrics(metrics);
  scraped.totals('tap_refusals_total', 'Requests that were refused, by why', 'reason', () => refusals.counts);
  scraped.totals(
    'tap_stream_events_total',
    'What the loops of streams did',
    'event',
    () => notes.streamNotes,
  );
  scraped.totals(
    'tap_conduit_events_total',
    'What the loops of conduits did and learned',
    'event',
    () => notes.conduitNotes,
  );
  scraped.totals(
    'tap_watch_messages_total',
    'Messages of the watches of NSP and proxy by what became of them; received is the sum of the others',
    'fate',
    () => Object.entries(inbox.counts),
  );
  scraped.gauges('tap_streams', 'Streams that are asked for, by their status', 'status', () =>
    countedBy(board.rows.value, ({ status }) => status),
  );
  scraped.gauge(
    'tap_streams_draining',
    'Streams that are closed and still give back what they held',
    () => ambassador.dump().flatMap(({ streams }) => streams.filter(({ isWanted }) => !isWanted)).length,
  );
  scraped.gauges('tap_conduits', 'Conduits by where their link stands', 'link', () =>
    countedBy(ambassador.dump(), ({ link }) => link),
  );
  scraped.gauge('tap_watchers', 'Open Watch streams', () => watchers.count);
}

function countedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
