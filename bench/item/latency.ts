// (c) Latency from the device to the subscriber, far from any limit.

import type { Contender } from '../server/server.ts';
import { Trial } from '../trial.ts';
import type { Figures, Item } from './item.ts';
import { beginLag, oursFigures, oursMetrics } from './ours.ts';

const leaves = 10_000;
const rate = 5_000;
// The first of them warms up.
const seconds = 6;

async function measure(contender: Contender, signal: AbortSignal): Promise<Figures> {
  await using trial = await Trial.start(contender, { leaves, perNotification: 1 }, signal);
  const reader = await trial.reader();
  await reader.subscribe();
  await trial.release();
  await reader.complete();
  await beginLag(trial.server);
  const sent = await trial.update({ seconds, rate });
  const { measured } = await reader.settle(sent);
  return { p50: measured.p50Ms, p99: measured.p99Ms, ...(await oursFigures(trial.server, sent)) };
}

export const latency: Item<Contender> = {
  letter: 'c',
  parts: [
    {
      title: '5,000 updates/s, 1 update a notification',
      limitSeconds: 60,
      metrics: [
        { key: 'p50', title: 'latency p50', unit: 'ms', wanted: '≤ 1 ms' },
        { key: 'p99', title: 'latency p99', unit: 'ms', wanted: '≤ 8 ms' },
        ...oursMetrics,
      ],
      measure,
    },
  ],
};
