// Filling the table of a stream when its targets have changed, in slices as the load balancer does. F fills the same
// table as the paper prints it, at a stretch; the two must be equal slot by slot.

import { systemClock } from '@syncline/runtime/clock.ts';
import { Rows } from '../../../services/load-balancer/src/maglev/rows.ts';
import { MaglevTable } from '../../../services/load-balancer/src/maglev/table.ts';
import { inSlices } from '../../../services/load-balancer/src/sliced.ts';
import type { Figures, Part } from '../../item/item.ts';
import { LossError } from '../../loss-error.ts';
import { Histogram } from '../../subscriber/histogram.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import type { Contender } from '../contender.ts';
import { naivePopulate } from './naive-populate.ts';

const sliceMs = 5;

/** The identifier at a slot. */
type Filled = (slot: number) => number | undefined;

async function measure({ name }: Contender, targets: number, signal: AbortSignal): Promise<Figures> {
  const rows = new Rows(targets);
  const active = Array.from({ length: targets }, (_, nth) => nth + 1);
  const ours = async (): Promise<Filled> => {
    const filling = MaglevTable.filling(rows, Uint16Array.from(active));
    const table = await inSlices(filling, { clock: systemClock, sliceMs }, signal);
    return (slot) => table.identifierAt(slot);
  };
  const naive = (): Filled => {
    const entries = naivePopulate(rows, active);
    return (slot) => entries[slot];
  };
  const build = name === 'ours' ? ours : naive;
  const [warm, counted] = targets > 1_000 ? [1, 5] : [20, 50];
  const times = new Histogram();
  for (let nth = 0; nth < warm + counted; nth++) {
    const began = monotonicMs();
    await build();
    if (nth >= warm) times.add(Math.round((monotonicMs() - began) * 1_000));
  }
  compare(await ours(), naive(), rows.size);
  return { time: times.quantileMs(0.5) };
}

function compare(ours: Filled, naive: Filled, size: number): void {
  for (let slot = 0; slot < size; slot++) {
    if (ours(slot) !== naive(slot)) throw new LossError(`slot ${slot} has ${ours(slot)}, not ${naive(slot)}`);
  }
}

/** For as many targets. */
export function tableBuild(targets: number): Part<Contender> {
  return {
    title: `a table for ${targets.toLocaleString('en')} targets`,
    limitSeconds: 60,
    metrics: [{ key: 'time', title: 'filled', unit: 'ms' }],
    measure: (contender, signal) => measure(contender, targets, signal),
  };
}
