// What only our datastore tells: its ledger, and how late its main thread ran.

import { LossError } from '../loss-error.ts';
import type { Server } from '../server/server.ts';
import type { Figures, Metric } from './item.ts';

/** Lines that every table with a load has. */
export const oursMetrics: readonly Metric[] = [
  { key: 'dropped', title: 'dropped, by its ledger', unit: 'count', wanted: '0' },
  { key: 'lag', title: 'event-loop lag of the main thread, p99', unit: 'ms', wanted: '< 10 ms' },
];

/** Begins the measurement of the event loop's lag. */
export async function beginLag(server: Server): Promise<void> {
  if (server.kind === 'ours') await server.loopLagMs();
}

/** The figures of oursMetrics after `sent` updates. Throws LossError when the ledger does not account for all. */
export async function oursFigures(server: Server, sent: number): Promise<Figures> {
  if (server.kind !== 'ours') return {};
  const lag = await server.loopLagMs();
  const { syncs } = await server.status();
  const ledger = syncs[0]?.ledger;
  if (ledger === undefined) throw new LossError('Status has no ledger');
  const { received, applied, superseded, stale, quarantined, pending, dropped } = ledger;
  if (received !== BigInt(sent)) throw new LossError(`the ledger has ${received} items received of ${sent}`);
  if (received !== applied + superseded + stale + quarantined + pending) {
    throw new LossError(
      `the ledger does not add up: ${JSON.stringify(ledger, (_, value: unknown) => String(value))}`,
    );
  }
  return { dropped: Number(dropped), lag };
}
