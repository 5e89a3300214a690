// Lookups a second by a client that has 64 of them under way. F answers a unary call without looking.

import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import type { Figures, Part } from '../../item/item.ts';
import { cpuSince, usageOf } from '../../process-usage.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import type { Contender } from '../contender.ts';
import { conduitName } from '../names.ts';
import { plainConnection } from '../nsp.ts';
import { PlainServer } from '../plain/plain-server.ts';
import { Answers } from './answers.ts';
import { Balancer } from './balancer.ts';
import { packets } from './packets.ts';

const underWay = 64;
const warmSeconds = 2;
const seconds = 5;

async function measure({ name }: Contender, targets: number, signal: AbortSignal): Promise<Figures> {
  await using server =
    name === 'ours' ? await Balancer.start(targets, signal) : await PlainServer.start(signal);
  using connection = plainConnection(server.address);
  const client = connection.client(LoadBalancerServiceDefinition);
  const requests = packets().map((packet) => ({ ...conduitName, packet }));
  const answers = new Answers(requests.length, targets);
  let next = 0;
  const callUntil = async (endMs: number) => {
    while (monotonicMs() < endMs) {
      const packet = next++ % requests.length;
      const { outcome } = await client.lookup(requests[packet] ?? {}, { signal });
      answers.note(packet, outcome?.$case === 'forwarded' ? outcome.value.identifier : undefined);
    }
  };
  const callFor = async (ms: number) => {
    const endMs = monotonicMs() + ms;
    await Promise.all(Array.from({ length: underWay }, () => callUntil(endMs)));
  };
  await callFor(warmSeconds * 1_000);
  const [countBefore, cpuBefore, began] = [answers.count, await usageOf(server.pid), monotonicMs()];
  await callFor(seconds * 1_000);
  const count = answers.count - countBefore;
  const took = (monotonicMs() - began) / 1_000;
  const cpuSeconds = cpuSince(cpuBefore, await usageOf(server.pid));
  if (server instanceof Balancer) await server.check(answers.count);
  return { rate: count / took, cpu: cpuSeconds && (cpuSeconds / count) * 1e6 };
}

/** With as many targets. */
export function lookupsOverGrpc(targets: number): Part<Contender> {
  return {
    title: `lookups over gRPC, ${targets.toLocaleString('en')} targets`,
    limitSeconds: 120,
    metrics: [
      { key: 'rate', title: 'lookups', unit: '/s' },
      { key: 'cpu', title: 'CPU of the server, a lookup', unit: 'µs' },
    ],
    measure: (contender, signal) => measure(contender, targets, signal),
  };
}
