// (b) As fast as flow control lets: updates of 100,000 leaves, one after the other, with many or one a notification.

import { usageOf } from '../process-usage.ts';
import type { Contender } from '../server/server.ts';
import { Trial } from '../trial.ts';
import type { Figures, Item, Part } from './item.ts';
import { beginLag, oursFigures, oursMetrics } from './ours.ts';

const leaves = 100_000;
// The first of them warms up.
const seconds = 6;

async function measure(contender: Contender, perNotification: number, signal: AbortSignal): Promise<Figures> {
  await using trial = await Trial.start(contender, { leaves, perNotification }, signal);
  const { server } = trial;
  const reader = await trial.reader();
  await reader.subscribe();
  await trial.release();
  await reader.complete();
  await beginLag(server);
  const usage = () => (server.kind === 'P' ? undefined : usageOf(server.pid));
  const before = await usage();
  const sent = await trial.update({ seconds });
  const { streams, measured } = await reader.settle(sent);
  const after = await usage();
  return {
    rate: measured.updates / measured.seconds,
    p50: measured.p50Ms,
    p99: measured.p99Ms,
    coalesced: sent - (streams.updates - streams.repeats),
    unaccounted: sent - (streams.updates - streams.repeats) - streams.duplicates,
    ...(before &&
      after && {
        rss: after.peakRssMiB,
        cpu: ((after.cpuSeconds - before.cpuSeconds) / (sent - leaves)) * 1e6,
      }),
    ...(await oursFigures(server, sent)),
  };
}

function part(perNotification: number, wanted: string): Part<Contender> {
  return {
    title: `as fast as flow control lets, ${perNotification} update${perNotification > 1 ? 's' : ''} a notification`,
    limitSeconds: 90,
    metrics: [
      { key: 'rate', title: 'delivered updates', unit: '/s', wanted },
      { key: 'p50', title: 'latency p50', unit: 'ms' },
      { key: 'p99', title: 'latency p99', unit: 'ms' },
      { key: 'coalesced', title: 'coalesced', unit: 'count' },
      { key: 'unaccounted', title: 'coalesced and not told in duplicates', unit: 'count', wanted: '0' },
      { key: 'cpu', title: 'CPU an update', unit: 'µs' },
      { key: 'rss', title: 'peak RSS', unit: 'MiB', wanted: 'bounded' },
      ...oursMetrics,
    ],
    measure: (contender, signal) => measure(contender, perNotification, signal),
  };
}

export const throughput: Item<Contender> = {
  letter: 'b',
  parts: [part(10, '≥ 3 × O'), part(1, '≥ 1.5 × O')],
};
