// (t4) A change of one target and 1,000 watchers of all of them. F writes the same list to as many streams, from memory.

import { setTimeout as delay } from 'node:timers/promises';
import type { Figures, Item, Part } from '../../item/item.ts';
import { cpuSince, usageOf } from '../../process-usage.ts';
import { Histogram } from '../../subscriber/histogram.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import { Audience } from '../audience.ts';
import type { Contender } from '../contender.ts';
import { streamsOf } from '../names.ts';
import { Nsp, plainConnection } from '../nsp.ts';
import { PlainServer } from '../plain/plain-server.ts';
import { Registry, targetOf } from '../registry.ts';

const watchers = 1_000;
const warm = 20;
const counted = 100;
/** Between two changes, so that none waits for what is left of the one before. */
const pauseMs = 20;
const joined = 'joined;';
const [stream] = streamsOf(1);

async function measure({ name }: Contender, targets: number, signal: AbortSignal): Promise<Figures> {
  await using server =
    name === 'ours' ? await Nsp.start(streamsOf(1), signal) : await PlainServer.start(signal);
  using connection = plainConnection(server.address);
  const registry = new Registry(connection, signal);
  for (let nth = 0; nth < targets; nth++) await registry.enable(marked(nth, joined));
  using audience = new Audience(server.address, watchers, signal);
  await audience.hear(joined);
  const [last, each] = [new Histogram(), new Histogram()];
  let before = await usageOf(server.pid);
  for (let change = 0; change < warm + counted; change++) {
    if (change === warm) before = await usageOf(server.pid);
    const mark = `change-${change};`;
    const heard = audience.hear(mark);
    heard.catch(() => {}); // awaited below, unless the change itself fails
    const began = monotonicMs();
    await registry.register(marked(0, mark));
    const arrivalsMs = await heard;
    if (change >= warm) {
      for (const atMs of arrivalsMs) each.add(Math.round((atMs - began) * 1_000));
      last.add(Math.round((Math.max(...arrivalsMs) - began) * 1_000));
    }
    await delay(pauseMs, undefined, { signal });
  }
  const cpuSeconds = cpuSince(before, await usageOf(server.pid));
  audience.check(targets);
  return {
    last: last.quantileMs(0.5),
    lastP99: last.quantileMs(0.99),
    each: each.quantileMs(0.5),
    cpu: cpuSeconds && (cpuSeconds / (counted * watchers)) * 1e6,
  };
}

/** A target that says which change it is of. */
function marked(nth: number, mark: string) {
  if (stream === undefined) throw new Error('there is no stream');
  const target = targetOf(stream, [`10.0.0.${nth}/32`, `fd00::${nth.toString(16)}/128`], nth + 1);
  return { ...target, context: { ...target.context, mark } };
}

function part(targets: number): Part<Contender> {
  return {
    title: `${watchers.toLocaleString('en')} watchers of ${targets === 1 ? 'a target' : `${targets} targets`}`,
    limitSeconds: 120,
    metrics: [
      { key: 'last', title: 'change → the last watcher has it, p50', unit: 'ms' },
      { key: 'lastP99', title: '… p99', unit: 'ms' },
      { key: 'each', title: 'change → a watcher has it, p50', unit: 'ms' },
      { key: 'cpu', title: 'CPU of the server, a delivery', unit: 'µs' },
    ],
    measure: (contender, signal) => measure(contender, targets, signal),
  };
}

export const fanOut: Item<Contender> = {
  letter: 't4',
  parts: [part(1), part(100)],
};
