// (a) A whole tree: from the device through the server to a subscriber, and again to one that comes later.

import { usageOf } from '../process-usage.ts';
import type { Contender } from '../server/server.ts';
import { Trial } from '../trial.ts';
import type { Figures, Item } from './item.ts';
import { beginLag, oursFigures, oursMetrics } from './ours.ts';

const leaves = 100_000;
const perNotification = 10;
const syncedMs = 30_000;

async function measure(contender: Contender, signal: AbortSignal): Promise<Figures> {
  await using trial = await Trial.start(contender, { leaves, perNotification }, signal);
  const { server } = trial;
  const early = await trial.reader();
  await early.subscribe();
  await beginLag(server);
  const began = await trial.release();
  const seen = await early.complete();
  const committed = server.kind === 'ours' ? await server.synced(syncedMs) : seen;
  await early.settle(leaves);
  const own = await oursFigures(server, leaves);

  const late = await trial.reader();
  const asked = await late.subscribe();
  const held = await late.complete();
  await late.settle(leaves);
  const usage = server.kind === 'P' ? undefined : await usageOf(server.pid);
  return {
    cold: (Math.max(seen, committed) - began) / 1000,
    warm: (held - asked) / 1000,
    ...own,
    ...(usage && { rss: usage.peakRssMiB }),
  };
}

export const initialTree: Item<Contender> = {
  letter: 'a',
  parts: [
    {
      title: '100,000 leaves',
      limitSeconds: 60,
      metrics: [
        { key: 'cold', title: 'device → committed, SYNCED, seen', unit: 's', wanted: '≤ 0.7 × O' },
        { key: 'warm', title: 'held already: subscribe → last leaf', unit: 's', wanted: '≤ 0.35 × O' },
        { key: 'rss', title: 'peak RSS', unit: 'MiB' },
        ...oursMetrics,
      ],
      measure,
    },
  ],
};
