// The load balancer on /metrics. Everything is counted where it happens and read when it is scraped.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
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

/** A value, and what tells it from the others of its family; few, whatever is configured. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Registers the families of the load balancer. */
export function registerLoadBalancerMetrics(metrics: Metrics, measured: Measured): void {
  const { plane, keeper, refusals, link } = measured;
  const totals = (name: string, help: string, labelNames: string[], read: () => Iterable<Sample>) => {
    const counter: Counter = new Counter({
      name: `load_balancer_${name}`,
      help,
      labelNames,
      registers: [metrics],
      collect() {
        counter.reset();
        for (const [labels, value] of read()) counter.inc(labels, value);
      },
    });
  };
  const gauges = (name: string, help: string, labelNames: string[], read: () => Iterable<Sample>) => {
    const gauge: Gauge = new Gauge({
      name: `load_balancer_${name}`,
      help,
      labelNames,
      registers: [metrics],
      collect() {
        for (const [labels, value] of read()) gauge.set(labels, value);
      },
    });
  };

  totals('lookups_total', 'Lookups, by what became of the packet', ['outcome'], () => {
    const { noFlow, noTarget } = plane.drops;
    return [
      [{ outcome: 'forwarded' }, plane.forwarded],
      [{ outcome: 'no flow' }, noFlow],
      [{ outcome: 'no target' }, noTarget],
    ];
  });
  gauges('streams', 'Streams, each with a table while it has targets', [], () => [
    [{}, [...plane.streams].length],
  ]);
  gauges('targets', 'Targets that take packets', [], () => [
    [{}, [...plane.streams].reduce((sum, { live }) => sum + (live?.members.size ?? 0), 0)],
  ]);
  gauges('tables_pending', 'Tables that are not as the NSP says yet', [], () => [[{}, keeper.pendingTables]]);
  totals(
    'nsp_lists_received_total',
    'Lists that the NSP told: applied, superseded or pending',
    ['kind'],
    () => link.lists.map(({ kind, received }): Sample => [{ kind }, received]),
  );
  totals('nsp_lists_applied_total', 'Lists that were read', ['kind'], () =>
    listKinds.map((kind): Sample => [{ kind }, keeper.counts(kind).applied]),
  );
  totals(
    'nsp_lists_superseded_total',
    'Lists that a newer one replaced before they were read',
    ['kind'],
    () => listKinds.map((kind): Sample => [{ kind }, keeper.counts(kind).superseded]),
  );
  totals('nsp_losses_total', 'Watches of the NSP that failed', ['kind'], () =>
    link.lists.map(({ kind, losses }): Sample => [{ kind }, losses]),
  );
  gauges('nsp_stale_seconds', 'For how long nobody has told what changed', [], () => {
    const { state } = link;
    return [[{}, state.kind === 'stale' ? state.ms / 1e3 : 0]];
  });
  gauges('rows_refused', 'Rows of the newest lists that are not used', ['kind'], () =>
    listKinds.map((kind): Sample => [{ kind }, refusals.present(kind)]),
  );
  totals('rows_refused_total', 'Rows that were found unusable, by the field at fault', ['field'], () =>
    Array.from(refusals.totals, ([field, count]): Sample => [{ field }, count]),
  );
}
