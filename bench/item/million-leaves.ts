// (f) A large device: what it costs to hold a million leaves, to read them all, and to have them back after a restart.
// Ours comes back from its disk while the device keeps silent; the collector has to ask the device again.

import { usageOf } from '../process-usage.ts';
import type { Contender } from '../server/server.ts';
import { Trial } from '../trial.ts';
import { monotonicMs } from '../workload/stamp.ts';
import type { Figures, Item } from './item.ts';
import { oursFigures, oursMetrics } from './ours.ts';

const leaves = 1_000_000;
const perNotification = 10;
const syncedMs = 120_000;

async function measure(contender: Contender, signal: AbortSignal): Promise<Figures> {
  await using trial = await Trial.start(contender, { leaves, perNotification }, signal);
  const { server } = trial;
  const early = await trial.reader();
  await early.subscribe();
  const began = await trial.release();
  const seen = await early.complete();
  const committed = server.kind === 'ours' ? await server.synced(syncedMs) : seen;
  await early.settle(leaves);
  const own = await oursFigures(server, leaves);
  const read = await fullRead(trial);
  const usage = server.kind === 'P' ? undefined : await usageOf(server.pid);
  return {
    load: (Math.max(seen, committed) - began) / 1000,
    read,
    ...own,
    ...(usage && { rss: usage.peakRssMiB }),
    ...(await restart(trial)),
  };
}

async function fullRead(trial: Trial): Promise<number> {
  const reader = await trial.reader();
  const asked = await reader.subscribe();
  const last = await reader.complete();
  await reader.settle(leaves);
  return (last - asked) / 1000;
}

async function restart(trial: Trial): Promise<Figures> {
  const { server } = trial;
  if (server.kind === 'P') return {};
  const reader = await trial.reader();
  if (server.kind === 'ours') await trial.hold();
  await server.stop();
  const began = monotonicMs();
  await server.startAgain(trial.signal);
  const serving = monotonicMs();
  await reader.subscribe();
  const last = await reader.complete();
  await reader.settle(leaves);
  return { serving: (serving - began) / 1000, restart: (last - began) / 1000 };
}

export const millionLeaves: Item<Contender> = {
  letter: 'f',
  parts: [
    {
      title: '1,000,000 leaves',
      limitSeconds: 240,
      metrics: [
        { key: 'rss', title: 'peak RSS of the whole process', unit: 'MiB', wanted: '≤ 0.3 × O' },
        { key: 'load', title: 'device → committed, SYNCED, seen', unit: 's' },
        { key: 'read', title: 'a full read', unit: 's' },
        { key: 'serving', title: 'restart → serving', unit: 's' },
        { key: 'restart', title: 'restart → all leaves read', unit: 's' },
        ...oursMetrics.filter(({ key }) => key === 'dropped'),
      ],
      measure,
    },
  ],
};
