// The load balancer on /metrics. Everything is counted where it happens and read when it is scraped.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
import type { NspLink } from '../nsp/nsp-link.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { Keeper } from '../plane/keeper.ts';
import { listKinds } from '../plane/nsp-list.ts';
import type { Refusals } from '../plane/refusals.ts';

/** What is measured. */
export interface Measured {
  readonly plane: DataPlane;
  readonly keeper: Keeper;
  readonly refusals: Refusals;
  readonly link: NspLink;
}

/** Registers the families of the load balancer. */
export function registerLoadBalancerMetrics(metrics: Metrics, measured: Measured): void {
  const { plane, keeper, refusals, link } = measured;
  const scraped = new ScrapedMetrics(metrics);
  scraped.totals('load_balancer_lookups_total', 'Lookups, by what became of the packet', 'outcome', () => {
    const { noFlow, noTarget } = plane.drops;
    return Object.entries({ forwarded: plane.forwarded, 'no flow': noFlow, 'no target': noTarget });
  });
  scraped.gauge(
    'load_balancer_streams',
    'Streams, each with a table while it has targets',
    () => [...plane.streams].length,
  );
  scraped.gauge('load_balancer_targets', 'Targets that take packets', () =>
    [...plane.streams].reduce((sum, { live }) => sum + (live?.members.size ?? 0), 0),
  );
  scraped.gauge(
    'load_balancer_tables_pending',
    'Tables that are not as the NSP says yet',
    () => keeper.pendingTables,
  );
  scraped.totals(
    'load_balancer_nsp_lists_received_total',
    'Lists that the NSP told: applied, superseded or pending',
    'kind',
    () => link.lists.map(({ kind, watch }) => [kind, watch.received]),
  );
  scraped.totals('load_balancer_nsp_lists_applied_total', 'Lists that were read', 'kind', () =>
    listKinds.map((kind) => [kind, keeper.counts(kind).applied]),
  );
  scraped.totals(
    'load_balancer_nsp_lists_superseded_total',
    'Lists that a newer one replaced before they were read',
    'kind',
    () => listKinds.map((kind) => [kind, keeper.counts(kind).superseded]),
  );
  scraped.totals('load_balancer_nsp_losses_total', 'Watches of the NSP that failed', 'kind', () =>
    link.lists.map(({ kind, watch }) => [kind, watch.losses]),
  );
  scraped.gauge('load_balancer_nsp_stale_seconds', 'For how long nobody has told what changed', () => {
    const { state } = link;
    return state.kind === 'stale' ? state.ms / 1e3 : 0;
  });
  scraped.gauges('load_balancer_rows_refused', 'Rows of the newest lists that are not used', 'kind', () =>
    listKinds.map((kind) => [kind, refusals.present(kind)]),
  );
  scraped.totals(
    'load_balancer_rows_refused_total',
    'Rows that were found unusable, by the field at fault',
    'field',
    () => refusals.totals,
  );
}
