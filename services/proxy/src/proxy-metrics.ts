// The proxy on /metrics. Everything is counted where it happens and read when it is scraped.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
import type { Proxy } from './proxy.ts';

/** Registers the families of the proxy. */
export function registerProxyMetrics(metrics: Metrics, proxy: Proxy): void {
  const { counts, monitor } = proxy;
  const registers = [metrics];
  const total = <Label extends string>(
    name: string,
    help: string,
    label: Label,
    read: () => Iterable<readonly [string, number]>,
  ) => {
    const counter: Counter<string> = new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        counter.reset();
        for (const [value, count] of read()) counter.inc({ [label]: value }, count);
      },
    });
  };
  const gauge = (name: string, help: string, read: () => Iterable<readonly [string, number]>) => {
    const level: Gauge<string> = new Gauge({
      name,
      help,
      labelNames: ['conduit'],
      registers,
      collect() {
        for (const [conduit, count] of read()) level.set({ conduit }, count);
      },
    });
  };
  const perConduit = (read: (conduit: Proxy['conduits'][number]) => number) => () =>
    proxy.conduits.map((conduit) => [conduit.settings.conduit, read(conduit)] as const);

  total('proxy_requests_total', 'Requests, by the status they ended with', 'code', () => counts.requests);
  total('proxy_closes_total', 'Closes, by the status they ended with', 'code', () => counts.closes);
  total(
    'proxy_ipam_failures_total',
    'Calls of the ipam that failed, by method and status',
    'call',
    () => counts.ipamFailures,
  );
  total('proxy_releases_total', 'Owed releases that ended, by how', 'outcome', () =>
    Object.entries(counts.cleared),
  );
  total(
    'proxy_events_total',
    'Changes that watchers were to be told of (offered), and what became of them',
    'fate',
    () => {
      const { offered, conflated, told, dropped, abandoned } = counts.events;
      return Object.entries({ offered, conflated, told, dropped, abandoned });
    },
  );
  const pending: Gauge = new Gauge({
    name: 'proxy_events_pending',
    help: 'Changes that watchers are still to be told of',
    registers,
    collect: () => pending.set([...monitor.watchers].reduce((all, watcher) => all + watcher.pending, 0)),
  });
  const watchers: Gauge = new Gauge({
    name: 'proxy_watchers',
    help: 'MonitorConnections streams',
    registers,
    collect: () => watchers.set(monitor.watchers.size),
  });
  const single = (name: string, help: string, read: () => number) => {
    const counter: Counter = new Counter({
      name,
      help,
      registers,
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  };
  single(
    'proxy_messages_total',
    'Events that watchers took, initial ones and repetitions too',
    () => counts.events.messages,
  );
  single(
    'proxy_watchers_ended_total',
    'Watchers that the proxy ended: too far behind, or a fault',
    () => counts.watchersEnded,
  );
  single(
    'proxy_readdressed_total',
    'Connections that got other addresses without a Request',
    () => counts.readdressed,
  );
  single(
    'proxy_orphaned_total',
    'Connections that were ended because the ipam has no such conduit any more',
    () => counts.orphaned,
  );
  single(
    'proxy_address_clashes_total',
    'Times the ipam gave an address that another connection or bridge has',
    () => counts.clashes,
  );
  gauge(
    'proxy_connections',
    'Connections',
    perConduit(({ state }) => state.connections.size),
  );
  gauge(
    'proxy_owed_releases',
    'Releases that are owed to the ipam',
    perConduit(({ state }) => state.owed.size),
  );
  gauge(
    'proxy_bridge_ready',
    'Whether there is a bridge address',
    perConduit(({ bridge }) => Number(bridge.lastError === '')),
  );
}
