// The proxy on /metrics. Everything is counted where it happens and read when it is scraped.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
import type { Proxy } from './proxy.ts';

/** Registers the families of the proxy. */
export function registerProxyMetrics(metrics: Metrics, proxy: Proxy): void {
  const { counts, monitor } = proxy;
  const scraped = new ScrapedMetrics(metrics);
  const perConduit = (read: (conduit: Proxy['conduits'][number]) => number) => () =>
    proxy.conduits.map((conduit) => [conduit.settings.conduit, read(conduit)] as const);

  scraped.totals(
    'proxy_requests_total',
    'Requests, by the status they ended with',
    'code',
    () => counts.requests,
  );
  scraped.totals('proxy_closes_total', 'Closes, by the status they ended with', 'code', () => counts.closes);
  scraped.totals(
    'proxy_ipam_failures_total',
    'Calls of the ipam that failed, by method and status',
    'call',
    () => counts.ipamFailures,
  );
  scraped.totals('proxy_releases_total', 'Owed releases that ended, by how', 'outcome', () =>
    Object.entries(counts.cleared),
  );
  scraped.totals(
    'proxy_events_total',
    'Changes that watchers were to be told of (offered), and what became of them',
    'fate',
    () => {
      const { offered, conflated, told, dropped, abandoned } = counts.events;
      return Object.entries({ offered, conflated, told, dropped, abandoned });
    },
  );
  scraped.gauge('proxy_events_pending', 'Changes that watchers are still to be told of', () =>
    [...monitor.watchers].reduce((all, { pending }) => all + pending, 0),
  );
  scraped.gauge('proxy_watchers', 'MonitorConnections streams', () => monitor.watchers.size);
  scraped.total(
    'proxy_messages_total',
    'Events that watchers took, initial ones and repetitions too',
    () => counts.events.messages,
  );
  scraped.total(
    'proxy_watchers_ended_total',
    'Watchers that the proxy ended: too far behind, or a fault',
    () => counts.watchersEnded,
  );
  scraped.total(
    'proxy_readdressed_total',
    'Connections that got other addresses without a Request',
    () => counts.readdressed,
  );
  scraped.total(
    'proxy_orphaned_total',
    'Connections that were ended because the ipam has no such conduit any more',
    () => counts.orphaned,
  );
  scraped.total(
    'proxy_address_clashes_total',
    'Times the ipam gave an address that another connection or bridge has',
    () => counts.clashes,
  );
  scraped.gauges(
    'proxy_connections',
    'Connections',
    'conduit',
    perConduit(({ state }) => state.connections.size),
  );
  scraped.gauges(
    'proxy_owed_releases',
    'Releases that are owed to the ipam',
    'conduit',
    perConduit(({ state }) => state.owed.size),
  );
  scraped.gauges(
    'proxy_bridge_ready',
    'Whether there is a bridge address',
    'conduit',
    perConduit(({ bridge }) => Number(bridge.lastError === '')),
  );
}
