// (e) Many subscribers that each see every update, one of which stops reading. The straight pipe has nobody who could
// catch up with what was missed, so there all of them read.

import { usageOf } from '../process-usage.ts';
import type { Contender } from '../server/server.ts';
import { Trial } from '../trial.ts';
import type { Figures, Item, Part } from './item.ts';
import { oursFigures, oursMetrics } from './ours.ts';

const leaves = 1_000;
const streams = 200;
const connections = 21;
// The first of them warms up.
const seconds = 9;

async function measure(contender: Contender, rate: number, signal: AbortSignal): Promise<Figures> {
  await using trial = await Trial.start(contender, { leaves, perNotification: 1 }, signal);
  const { server } = trial;
  const usage = () => (server.kind === 'P' ? undefined : usageOf(server.pid));
  const reader = await trial.reader({ streams, connections });
  await reader.subscribe();
  await trial.release();
  await reader.complete();
  if (server.kind !== 'P') await reader.stall();
  const before = await usage();
  const sent = await trial.update({ seconds, rate });
  const after = await usage();
  const { measured } = await reader.settle(sent);
  return {
    rate: measured.updates / measured.seconds,
    p50: measured.p50Ms,
    p99: measured.p99Ms,
    ...(before &&
      after && { growth: after.rssMiB - before.rssMiB, cpu: after.cpuSeconds - before.cpuSeconds }),
    ...(await oursFigures(server, sent)),
  };
}

function part(rate: number): Part<Contender> {
  return {
    title: `${streams} subscribers at ${rate.toLocaleString('en')} updates/s, one of them stalled`,
    limitSeconds: 90,
    metrics: [
      { key: 'p50', title: 'latency p50 of the others', unit: 'ms' },
      { key: 'p99', title: 'latency p99 of the others', unit: 'ms', wanted: '≤ O' },
      { key: 'rate', title: 'delivered updates', unit: '/s' },
      { key: 'growth', title: 'RSS growth under load', unit: 'MiB', wanted: 'flat' },
      { key: 'cpu', title: 'CPU under load', unit: 's' },
      ...oursMetrics.filter(({ key }) => key === 'dropped'),
    ],
    measure: (contender, signal) => measure(contender, rate, signal),
  };
}

export const fanOut: Item<Contender> = { letter: 'e', parts: [part(200), part(1_000)] };
