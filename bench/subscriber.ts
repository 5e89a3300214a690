// The one client of every server that is measured, as a process of its own: any number of streams, each read to the
// last value of every leaf and compared with what the target sent.

import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { Parent } from './child/parent.ts';
import { Histogram } from './subscriber/histogram.ts';
import type {
  Measured,
  StreamSummary,
  SubscriberOptions,
  SubscriberOrder,
  SubscriberReport,
} from './subscriber/orders.ts';
import { Stream } from './subscriber/stream.ts';
import { LeafPaths } from './workload/leaf-paths.ts';
import { monotonicMs } from './workload/stamp.ts';

const lookMs = 5;

const parent = new Parent<SubscriberOptions, SubscriberOrder, SubscriberReport>();
const { options } = parent;
const paths = new LeafPaths(options.leaves);
const streams: Stream[] = [];

const fail = (error: Error) => parent.fail(error);

function connections(): [Connection, ...Connection[]] {
  const open = () => connect(options.address, { security: { kind: 'plaintext' } });
  return [open(), ...Array.from({ length: options.connections - 1 }, open)];
}

async function complete(): Promise<number> {
  while (!streams.every(({ log }) => log.complete)) await delay(lookMs);
  return Math.max(...streams.map(({ lastMs }) => lastMs));
}

async function settle(sent: number, patienceMs: number): Promise<void> {
  for (const stream of streams) if (stream.stalled) stream.resume();
  const begun = monotonicMs();
  for (;;) {
    const lastMs = Math.max(begun, ...streams.map((stream) => stream.lastMs));
    if (streams.every(({ log }) => log.difference(sent) === undefined)) return;
    if (monotonicMs() > lastMs + patienceMs) return;
    await delay(lookMs);
  }
}

function summary(sent: number): StreamSummary {
  const sum = { updates: 0, duplicates: 0, repeats: 0, aged: 0 };
  for (const { log } of streams) {
    for (const key of ['updates', 'duplicates', 'repeats', 'aged'] as const) sum[key] += log.tally[key];
  }
  const stream = streams.findIndex(({ log }) => log.difference(sent) !== undefined);
  const difference = streams[stream]?.log.difference(sent);
  return { ...sum, ...(difference !== undefined && { difference, stream }) };
}

function measured(): Measured {
  const all = new Histogram();
  const reading = streams.filter(({ stalled }) => !stalled);
  for (const { latencies } of reading) all.merge(latencies);
  const from = Math.min(...reading.map(({ measuredFromMs }) => measuredFromMs));
  const to = Math.max(...reading.map(({ lastMs }) => lastMs));
  return {
    updates: all.total,
    seconds: (to - from) / 1000,
    p50Ms: all.quantileMs(0.5),
    p99Ms: all.quantileMs(0.99),
  };
}

parent.onOrder(async (order) => {
  switch (order.kind) {
    case 'subscribe': {
      const atMs = monotonicMs();
      const [first, ...others] = connections();
      for (let index = 0; index < options.streams; index++) {
        const connection = others[index % others.length];
        streams.push(new Stream(index > 0 && connection ? connection : first, options, paths, fail));
      }
      return { kind: 'subscribed', atMs };
    }
    case 'watch':
      return { kind: 'complete', lastLeafMs: await complete() };
    case 'stall':
      streams[0]?.stall();
      return { kind: 'stalled' };
    case 'settle':
      await settle(order.sent, order.patienceMs);
      return { kind: 'settled', streams: summary(order.sent), measured: measured() };
  }
});
parent.report({ kind: 'ready' });
