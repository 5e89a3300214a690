// The ipam on /metrics. Everything is counted where it happens and read when it is scraped.

import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { ScrapedMetrics } from '@syncline/telemetry/scraped-metrics.ts';
import type { Allocator } from '../allocation/allocator.ts';
import type { ConduitList } from '../allocation/conduit-list.ts';
import type { ConduitWatch } from '../nsp/follow-nsp.ts';
import { populationOf } from './population.ts';
import type { Refusals } from './refusals.ts';

export interface Measured {
  readonly allocator: Allocator;
  readonly list: ConduitList;
  readonly refusals: Refusals;
  /** Undefined when conduits are made on first use. */
  readonly watch: ConduitWatch | undefined;
}

/** Registers the families of the ipam. */
export function registerIpamMetrics(metrics: Metrics, { allocator, list, refusals, watch }: Measured): void {
  const { counts } = allocator;
  const scraped = new ScrapedMetrics(metrics);
  scraped.totals(
    'ipam_allocations_total',
    'Allocate calls that were answered with an address: a new one, one that was held, or one that was being released',
    'outcome',
    () => Object.entries(counts.allocated),
  );
  scraped.totals('ipam_refusals_total', 'Calls that were refused', 'reason', () => refusals.counts);
  scraped.total('ipam_releases_total', 'Release calls that ended a lease', () => counts.released);
  scraped.totals(
    'ipam_removed_total',
    'Conduits, nodes and addresses that were taken back, by why',
    'reason',
    () => Object.entries(counts.removed),
  );
  scraped.total('ipam_commits_total', 'Commits that the disk took', () => counts.commits);
  scraped.total(
    'ipam_failed_commits_total',
    'Commits that the disk refused or did not answer',
    () => counts.failedCommits,
  );
  scraped.gauges('ipam_prefixes', 'What is given out', 'kind', () => {
    const { conduits, nodes, addresses } = populationOf(allocator.holdings.tree);
    return Object.entries({ conduit: conduits, node: nodes, address: addresses });
  });
  scraped.gauge(
    'ipam_releasing',
    'Addresses that were released and are held back for their last owner',
    () => allocator.holdings.releasing,
  );
  scraped.gauge('ipam_waiting', 'Allocate calls that wait for a conduit', () => list.waiting);
  scraped.gauge('ipam_pending', 'Requests that wait for their turn', () => allocator.pending);
  if (watch === undefined) return;
  scraped.gauge('ipam_nsp_in_step', 'Whether the NSP tells each change as it happens', () =>
    watch.state.kind === 'in step' ? 1 : 0,
  );
  scraped.total('ipam_nsp_lists_total', 'Lists of conduits that the NSP has sent', () => watch.received);
  scraped.total('ipam_nsp_losses_total', 'Attempts and watches of the NSP that failed', () => watch.losses);
}
