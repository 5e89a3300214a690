// (t1) From Open to OPEN, the connection to the proxy included: the tap has no stream before and none after. F makes the
// calls that this needs of NSP and proxy, without a tap.

import type { Figures, Item, Part } from '../../item/item.ts';
import { Histogram } from '../../subscriber/histogram.ts';
import type { Contender } from '../contender.ts';
import { streamsOf } from '../names.ts';
import { openerOf } from '../opener.ts';
import { Trench } from '../trench.ts';

interface Rounds {
  readonly streams: number;
  /** Before anything is counted: everything is still being compiled. */
  readonly warm: number;
  readonly counted: number;
}

async function measure(contender: Contender, rounds: Rounds, signal: AbortSignal): Promise<Figures> {
  await using trench = await Trench.start(rounds.streams, signal);
  await using opener = await openerOf(contender, trench);
  const streams = streamsOf(rounds.streams);
  const times = new Histogram();
  for (let round = 0; round < rounds.warm + rounds.counted; round++) {
    const took = await opener.open(streams);
    await trench.check(streams);
    await opener.close();
    await trench.check([]);
    if (round >= rounds.warm) for (const ms of took) times.add(Math.round(ms * 1_000));
  }
  return { p50: times.quantileMs(0.5), p99: times.quantileMs(0.99) };
}

function part(rounds: Rounds): Part<Contender> {
  const { streams } = rounds;
  return {
    title: `open ${streams} ${streams === 1 ? 'stream' : 'streams at once'}`,
    limitSeconds: 120,
    metrics: [
      { key: 'p50', title: 'Open → OPEN, p50', unit: 'ms', wanted: '≤ 1.5 × F' },
      { key: 'p99', title: '… p99', unit: 'ms', ...(streams === 100 && { wanted: '< 100 ms' }) },
    ],
    measure: (contender, signal) => measure(contender, rounds, signal),
  };
}

export const open: Item<Contender> = {
  letter: 't1',
  parts: [
    part({ streams: 1, warm: 100, counted: 200 }),
    part({ streams: 10, warm: 20, counted: 50 }),
    part({ streams: 100, warm: 5, counted: 20 }),
  ],
};
