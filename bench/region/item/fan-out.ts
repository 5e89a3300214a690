// (r3) The highest rate of changes at which no follower is more than a second behind, and what a follower costs the
// leader then.

import { setTimeout as delay } from 'node:timers/promises';
import { PdError } from '../../../test/interop/pd/console.ts';
import type { Figures, Item, Part } from '../../item/item.ts';
import { LossError } from '../../loss-error.ts';
import { cpuSince, usageOf } from '../../process-usage.ts';
import { worstOf } from '../ages.ts';
import { Cluster } from '../cluster.ts';
import type { Contender, PdPrograms } from '../contender.ts';
import { PdCluster } from '../pd-cluster.ts';
import { type Held, highestHeld, type Try } from '../ramp.ts';

const regions = 100_000;
const firstRate = 20_000;
const mostLagMs = 1_000;

async function measureOurs(followers: number, signal: AbortSignal): Promise<Figures> {
  await using cluster = await Cluster.loaded(regions, signal, { count: followers, timed: true });
  const { leader } = cluster;
  const ages = () => Promise.all(cluster.followers.map((follower) => follower.ages()));
  return await highest(followers, async (rate, seconds) => {
    await ages();
    const before = await leader.usage();
    const { behindMs } = await cluster.pace(rate, seconds);
    const after = await leader.usage();
    await cluster.settle();
    const { maxMs } = worstOf(await ages());
    return { held: behindMs + maxMs < mostLagMs, cpuSeconds: cpuSince(before, after) };
  });
}

/** Each try has processes of its own: a leader of PD that could not keep a rate up has forgotten some of its changes. */
async function measurePd(programs: PdPrograms, followers: number, signal: AbortSignal): Promise<Figures> {
  return highest(followers, async (rate, seconds) => {
    await using cluster = await PdCluster.loaded(programs, regions, followers, signal);
    try {
      return await keepUp(cluster, rate, seconds, signal);
    } catch (error) {
      if (error instanceof PdError) return { held: false, cpuSeconds: undefined };
      throw error;
    }
  });
}

async function keepUp(cluster: PdCluster, rate: number, seconds: number, signal: AbortSignal): Promise<Held> {
  const { leader } = cluster;
  await cluster.ages();
  const [before, { index }] = [await usageOf(leader.pid), await leader.status()];
  await leader.churn(rate, 'stamp');
  await delay(seconds * 1_000, undefined, { signal });
  const [after, { index: reached }] = [await usageOf(leader.pid), await leader.status()];
  await leader.churn(0, 'stamp');
  await cluster.equal();
  const behindMs = (seconds - (reached - index) / rate) * 1_000;
  const { maxMs } = worstOf(await cluster.ages());
  return { held: behindMs + maxMs < mostLagMs, cpuSeconds: cpuSince(before, after) };
}

async function highest(followers: number, attempt: Try): Promise<Figures> {
  const best = await highestHeld(firstRate, attempt);
  if (best === undefined) throw new LossError('no rate was held');
  const { rate, seconds, cpuSeconds } = best;
  return {
    rate,
    ...(cpuSeconds !== undefined && { cpu: (cpuSeconds / (rate * seconds * followers)) * 1e6 }),
  };
}

function part(followers: number): Part<Contender> {
  return {
    title: `${followers} follower${followers > 1 ? 's' : ''}, as many changes as they hold`,
    limitSeconds: 180,
    contenders: ['P', 'ours'],
    metrics: [
      { key: 'rate', title: 'highest rate with a lag below 1 s', unit: '/s' },
      { key: 'cpu', title: 'CPU of the leader, a record and follower', unit: 'µs' },
    ],
    measure: (contender, signal) =>
      contender.name === 'P'
        ? measurePd(contender.programs, followers, signal)
        : measureOurs(followers, signal),
  };
}

export const fanOut: Item<Contender> = { letter: 'r3', parts: [part(1), part(4), part(8)] };
