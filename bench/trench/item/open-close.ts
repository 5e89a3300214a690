// (t2) Streams opened and closed again, ten at a time and down to nothing: what a tap keeps of them.

import type { Figures, Item } from '../../item/item.ts';
import { usageOf } from '../../process-usage.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import type { Contender } from '../contender.ts';
import { streamsOf } from '../names.ts';
import { TapOpener } from '../tap-opener.ts';
import { Trench } from '../trench.ts';

const atOnce = 10;
const warm = 1_000;
const cycles = 10_000;
/** Cycles at the begin and at the end among which a tap is looked at. */
const watched = 1_000;
const looksEvery = 50;

/** What a tap without a stream has. */
interface Look {
  readonly heapMiB: number;
  readonly handles: number;
  readonly rssMiB: number;
}

async function measure(signal: AbortSignal): Promise<Figures> {
  await using trench = await Trench.start(atOnce, signal);
  await using tap = await TapOpener.start(trench);
  await run(tap, warm);
  const first = medianOf(await watch(tap));
  const began = monotonicMs();
  await run(tap, cycles - 2 * watched);
  const seconds = (monotonicMs() - began) / 1_000;
  const last = medianOf(await watch(tap));
  await tap.open(streamsOf(atOnce));
  await trench.check(streamsOf(atOnce));
  await tap.close();
  await trench.check([]);
  return {
    rate: (cycles - 2 * watched) / seconds,
    heapBefore: first.heapMiB,
    heap: last.heapMiB,
    handlesBefore: first.handles,
    handles: last.handles,
    rssBefore: first.rssMiB,
    rss: last.rssMiB,
  };
}

async function run(tap: TapOpener, count: number): Promise<void> {
  const streams = streamsOf(atOnce);
  for (let done = 0; done < count; done += atOnce) {
    await tap.open(streams);
    await tap.close();
  }
}

/** The heap is as full as the collector lets it be, so one look says little. */
async function watch(tap: TapOpener): Promise<Look[]> {
  const looks: Look[] = [];
  for (let done = 0; done < watched; done += looksEvery) {
    await run(tap, looksEvery);
    looks.push(await lookAt(tap));
  }
  return looks;
}

async function lookAt(tap: TapOpener): Promise<Look> {
  const [heapBytes, handles, usage] = await Promise.all([
    tap.metric('nodejs_heap_size_used_bytes'),
    tap.metric('nodejs_active_handles_total'),
    usageOf(tap.pid),
  ]);
  return { heapMiB: heapBytes / 2 ** 20, handles, rssMiB: usage?.rssMiB ?? Number.NaN };
}

function medianOf(looks: readonly Look[]): Look {
  const median = (key: keyof Look) =>
    looks.map((look) => look[key]).toSorted((a, b) => a - b)[looks.length >> 1] ?? Number.NaN;
  return { heapMiB: median('heapMiB'), handles: median('handles'), rssMiB: median('rssMiB') };
}

export const openClose: Item<Contender> = {
  letter: 't2',
  parts: [
    {
      title: `${cycles.toLocaleString('en')} times a stream opened and closed`,
      limitSeconds: 600,
      contenders: ['ours'],
      metrics: [
        { key: 'rate', title: 'opened and closed', unit: '/s' },
        { key: 'heapBefore', title: "the tap's heap, first tenth", unit: 'MiB' },
        { key: 'heap', title: '… last tenth', unit: 'MiB', wanted: 'the same' },
        { key: 'handlesBefore', title: 'its handles, first tenth', unit: 'count' },
        { key: 'handles', title: '… last tenth', unit: 'count', wanted: 'the same' },
        { key: 'rssBefore', title: 'its RSS, first tenth', unit: 'MiB' },
        { key: 'rss', title: '… last tenth', unit: 'MiB' },
      ],
      measure: (_, signal) => measure(signal),
    },
  ],
};
