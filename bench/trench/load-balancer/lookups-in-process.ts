// Lookups a second without a wire: the data plane of the load balancer in this process. F has no flows to look at and
// asks all targets by rendezvous hashing.

import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '@syncline/runtime/clock.ts';
import { conduitKey, streamKey } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { flowHash } from '../../../services/load-balancer/src/packet/hash.ts';
import { type Packet, parsePacket } from '../../../services/load-balancer/src/packet/packet.ts';
import { DataPlane } from '../../../services/load-balancer/src/plane/data-plane.ts';
import { readFlows } from '../../../services/load-balancer/src/reading/flows.ts';
import { inSlices } from '../../../services/load-balancer/src/sliced.ts';
import { StreamTable } from '../../../services/load-balancer/src/stream/stream-table.ts';
import { readTarget, type Target } from '../../../services/load-balancer/src/stream/target.ts';
import type { Figures, Part } from '../../item/item.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import type { Contender } from '../contender.ts';
import { conduitName, streamsOf } from '../names.ts';
import { targetOf } from '../registry.ts';
import { Answers } from './answers.ts';
import { packets } from './packets.ts';
import { rendezvous } from './rendezvous.ts';

const warmSeconds = 1;
const seconds = 3;
/** Lookups between two looks at the clock, and milliseconds between two turns of the event loop. */
const batch = 16;
const turnMs = 100;
const slices = { clock: systemClock, sliceMs: 5 };

type Lookup = (packet: Packet) => number | undefined;

async function measure({ name }: Contender, targets: number, signal: AbortSignal): Promise<Figures> {
  const lookup: Lookup =
    name === 'ours' ? await planeOf(targets, signal) : (packet) => naive(packet, targets);
  const parsed = packets().map(parsePacket);
  const answers = new Answers(parsed.length, targets);
  await lookUpFor(warmSeconds, lookup, parsed, answers, signal);
  const [before, began] = [answers.count, monotonicMs()];
  await lookUpFor(seconds, lookup, parsed, answers, signal);
  const took = (monotonicMs() - began) / 1_000;
  const count = answers.count - before;
  return { rate: count / took, each: (took / count) * 1e6 };
}

async function lookUpFor(
  duration: number,
  lookup: Lookup,
  parsed: readonly Packet[],
  answers: Answers,
  signal: AbortSignal,
): Promise<void> {
  const end = monotonicMs() + duration * 1_000;
  for (let now = monotonicMs(); now < end; now = monotonicMs()) {
    for (const turnAt = now + turnMs; now < turnAt; now = monotonicMs()) {
      for (let nth = 0; nth < batch; nth++) {
        const at = answers.count % parsed.length;
        answers.note(at, lookup(parsed[at] as Packet));
      }
    }
    await turn();
    signal.throwIfAborted();
  }
}

function naive(packet: Packet, targets: number): number {
  return rendezvous(flowHash(packet), targets);
}

/** A data plane with one stream of `targets` targets, and its flow. */
async function planeOf(targets: number, signal: AbortSignal): Promise<Lookup> {
  const [stream] = streamsOf(1);
  if (stream === undefined) throw new Error('there is no stream');
  const table = new StreamTable(stream, targets, systemClock);
  table.want(targets, members(targets));
  await inSlices(table.rebuilding(), slices, signal);
  const flow = {
    name: 'flow',
    stream: streamMessage(stream),
    priority: 1,
    protocols: ['tcp'],
    sourceSubnets: ['0.0.0.0/0', '::/0'],
    sourcePortRanges: ['any'],
    destinationPortRanges: ['any'],
    vips: (stream.vips ?? []).map((address) => ({ address })),
    byteMatches: [],
  };
  const plane = new DataPlane();
  plane.setConduits(new Set([conduitKey(conduitName)]));
  plane.setClassifiers((await inSlices(readFlows([flow], 1), slices, signal)).value);
  plane.setStreams(new Map([[streamKey(stream), table]]));
  plane.filled();
  return (packet) => {
    const outcome = plane.lookup(conduitName, packet);
    return outcome.kind === 'forwarded' ? outcome.member.target.identifier : undefined;
  };
}

function members(targets: number): ReadonlyMap<number, Target> {
  const [stream = { ...conduitName, stream: '' }] = streamsOf(1);
  return new Map(
    Array.from({ length: targets }, (_, nth) => {
      const row = targetOf(stream, [`172.16.${nth >> 8}.${nth & 0xff}/32`], nth + 1);
      return [nth + 1, readTarget(row, targets)];
    }),
  );
}

/** With as many targets. */
export function lookupsInProcess(targets: number): Part<Contender> {
  return {
    title: `lookups in process, ${targets.toLocaleString('en')} targets`,
    limitSeconds: 60,
    metrics: [
      { key: 'rate', title: 'lookups', unit: '/s' },
      { key: 'each', title: 'a lookup', unit: 'µs' },
    ],
    measure: (contender, signal) => measure(contender, targets, signal),
  };
}
