// The datastores on /metrics. Everything is read when it is scraped, once a scrape, from the same views as Status;
// counts are counted where things happen, and a crash of a core worker starts its counts over, as a restart would.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { Counter, Gauge } from 'prom-client';
import type { DatastoreView } from '../catalog/datastore.ts';
import type { Datastores } from '../catalog/datastores.ts';
import type { NorthboundCounts } from '../northbound/counts.ts';
import { isConnected, isSynced } from './session-status.ts';

/** Where the numbers come from. */
export interface MetricsParts {
  readonly datastores: Datastores;
  readonly counts: (datastore: number) => NorthboundCounts;
  readonly coreCrashes: () => number;
}

interface Seen {
  readonly datastore: string;
  readonly view: DatastoreView;
  readonly northbound: NorthboundCounts;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (seen: Seen) => readonly Sample[];
}

const states = [
  'idle',
  'connecting',
  'negotiating',
  'syncing',
  'committing',
  'synced',
  'backoff',
  'done',
] as const;

/** Registers the families of the datastores. */
export function registerDatastoreMetrics(metrics: Metrics, parts: MetricsParts): void {
  const scrape = new Scrape(parts);
  for (const family of counters) register(Counter, family, metrics, scrape);
  for (const family of gauges) register(Gauge, family, metrics, scrape);
  const crashes = new Counter({
    name: 'datastore_core_worker_crashes_total',
    help: 'Core workers that ended by themselves and were started again',
    registers: [metrics],
    collect() {
      crashes.reset();
      crashes.inc(parts.coreCrashes());
    },
  });
}

function register(
  kind: typeof Counter | typeof Gauge,
  family: Family,
  metrics: Metrics,
  scrape: Scrape,
): void {
  const { name, help, labels, samples } = family;
  const metric = new kind({
    name,
    help,
    labelNames: [...labels],
    registers: [metrics],
    async collect() {
      const all = await scrape.read();
      metric.reset();
      for (const { labels: given, value } of all.flatMap(samples)) metric.inc({ ...given }, value);
    },
  });
}

/** One look at every datastore, shared by the families of a scrape. */
class Scrape {
  readonly #parts: MetricsParts;
  #pending: Promise<readonly Seen[]> | undefined;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  read(): Promise<readonly Seen[]> {
    this.#pending ??= this.#look().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  #look(): Promise<readonly Seen[]> {
    const { datastores, counts } = this.#parts;
    const { signal } = new AbortController();
    return Promise.all(
      datastores.list().map(async (datastore) => ({
        datastore: datastore.name,
        view: await datastore.view(signal),
        northbound: counts(datastore.number),
      })),
    );
  }
}

/** A family with one sample a datastore. */
function perDatastore(name: string, help: string, value: (seen: Seen) => number): Family {
  return {
    name,
    help,
    labels: ['datastore'],
    samples: (seen) => [{ labels: { datastore: seen.datastore }, value: value(seen) }],
  };
}

type SyncSeen = DatastoreView['sessions'][number] & {
  readonly core: NonNullable<DatastoreView['core']>['syncs'][number] | undefined;
};

/** A family with samples for each sync, told apart by `by`. */
function perSync(
  name: string,
  help: string,
  by: string | undefined,
  values: (sync: SyncSeen) => Readonly<Record<string, number>>,
): Family {
  return {
    name,
    help,
    labels: by === undefined ? ['datastore', 'sync'] : ['datastore', 'sync', by],
    samples: ({ datastore, view }) =>
      view.sessions.flatMap((session) => {
        const core = view.core?.syncs.find(({ slot }) => slot === session.slot);
        return Object.entries(values({ ...session, core })).map(([key, value]) => ({
          labels: { datastore, sync: session.name, ...(by !== undefined && { [by]: key }) },
          value,
        }));
      }),
  };
}

const counters: readonly Family[] = [
  perSync(
    'datastore_items_total',
    'Updates and deletes of a sync by what became of them; received is the sum of the others and of what is pending',
    'fate',
    ({ core }) => ({
      received: core?.ledger.received ?? 0,
      applied: core?.ledger.applied ?? 0,
      superseded: core?.ledger.superseded ?? 0,
      stale: core?.ledger.stale ?? 0,
      quarantined: core?.ledger.quarantined ?? 0,
      dropped: core?.ledger.dropped ?? 0,
    }),
  ),
  perSync('datastore_notifications_total', 'Notifications received', undefined, ({ core }) => ({
    all: core?.ledger.notifications ?? 0,
  })),
  perSync('datastore_sync_responses_total', 'sync_responses received', undefined, ({ core }) => ({
    all: core?.ledger.syncResponses ?? 0,
  })),
  perSync(
    'datastore_swept_total',
    'Leaves removed because a complete tree lacked them',
    undefined,
    ({ core }) => ({
      all: core?.ledger.swept ?? 0,
    }),
  ),
  perSync('datastore_received_bytes_total', 'Bytes of messages received', undefined, ({ core }) => ({
    all: core?.ledger.bytes ?? 0,
  })),
  perSync('datastore_epochs_total', 'Session epochs begun, by why', 'why', ({ view }) =>
    Object.fromEntries(view.begun),
  ),
  perSync(
    'datastore_held_back_seconds_total',
    "How long a device's stream was held back",
    undefined,
    ({ view }) => ({
      all: view.pausedMs / 1000,
    }),
  ),
  {
    name: 'datastore_commits_total',
    help: 'Commits by how they went; discarded windows were not complete when their session ended',
    labels: ['datastore', 'result'],
    samples: ({ datastore, view }) =>
      (['committed', 'failed', 'discarded'] as const).map((result) => ({
        labels: { datastore, result },
        value: view.core?.commits[result] ?? 0,
      })),
  },
  perDatastore(
    'datastore_backpressure_seconds_total',
    'How long batches of the device waited for subscribers to read',
    (seen) => seen.northbound.heldMs / 1000,
  ),
  perDatastore(
    'datastore_updates_sent_total',
    'Updates and deletes given to subscribers',
    (seen) => seen.northbound.updates,
  ),
  perDatastore('datastore_sent_bytes_total', 'Bytes given to subscribers', (seen) => seen.northbound.bytes),
  perDatastore(
    'datastore_coalesced_total',
    'Values that a subscriber never saw because a newer one came first',
    (seen) => seen.northbound.coalesced,
  ),
  perDatastore(
    'datastore_slow_consumers_total',
    'Subscribers ended with ABORTED because they did not read',
    (seen) => seen.northbound.slowConsumers,
  ),
];

const gauges: readonly Family[] = [
  perSync('datastore_session_state', '1 for the state a session is in', 'state', ({ view }) =>
    Object.fromEntries(states.map((state) => [state, Number(view.state.phase.kind === state)])),
  ),
  perSync('datastore_items_pending', 'Items in windows that are not committed', undefined, ({ core }) => ({
    all: core?.ledger.pending ?? 0,
  })),
  perSync('datastore_window_bytes', 'Bytes of values in the open window', undefined, ({ core }) => ({
    all: core?.window.bytes ?? 0,
  })),
  perDatastore('datastore_connected', '1 when every sync has a session', ({ view }) =>
    Number(isConnected(view.sessions)),
  ),
  perDatastore('datastore_synced', '1 when every sync has its tree', ({ view }) =>
    Number(isSynced(view.sessions)),
  ),
  perDatastore('datastore_degraded', '1 while the store does not take changes', ({ view }) =>
    Number(view.degraded !== ''),
  ),
  perDatastore(
    'datastore_running_version',
    'Commits that changed running',
    ({ view }) => view.core?.version ?? 0,
  ),
  perDatastore('datastore_leaves', 'Leaves in running', ({ view }) => view.core?.leaves ?? 0),
  perDatastore('datastore_value_bytes', 'Bytes of their values', ({ view }) => view.core?.valueBytes ?? 0),
  perDatastore(
    'datastore_commit_in_flight_seconds',
    'How long the commit under way has been tried',
    ({ view }) => (view.core?.commits.inFlightMs ?? 0) / 1000,
  ),
  perDatastore('datastore_subscribers', 'Subscribers', (seen) => seen.northbound.subscribers),
  perDatastore(
    'datastore_subscribers_lagging',
    'Subscribers that do not keep up',
    (seen) => seen.northbound.lagging,
  ),
];
