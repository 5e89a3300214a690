// A load balancer and the NSP that it follows, as processes of their own.

import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { LossError } from '../../loss-error.ts';
import { streamsOf } from '../names.ts';
import { Nsp, plainConnection } from '../nsp.ts';
import { targetOf } from '../registry.ts';

const patienceMs = 60_000;
const lookMs = 200;
const registeredAtOnce = 500;

export class Balancer implements AsyncDisposable {
  readonly #service: Service;
  readonly #stack: AsyncDisposableStack;

  private constructor(service: Service, stack: AsyncDisposableStack) {
    this.#service = service;
    this.#stack = stack;
  }

  /** Starts one with a stream of `targets` targets, all of which are in its table. */
  static async start(targets: number, signal: AbortSignal): Promise<Balancer> {
    await using stack = new AsyncDisposableStack();
    const nsp = stack.use(await Nsp.start(streamsOf(1, targets), signal));
    await registerAll(nsp, targets);
    const env = { SYNCLINE_LOAD_BALANCER_NSP: nsp.address };
    const service = stack.use(await startService({ service: 'load-balancer', env }));
    const balancer = new Balancer(service, stack.move());
    try {
      await balancer.#filled(targets);
      return balancer;
    } catch (error) {
      await balancer[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** host:port. */
  get address(): string {
    return this.#service.address;
  }

  get pid(): number {
    return this.#service.pid;
  }

  /** Throws LossError unless it has counted as many lookups, of which none was dropped. */
  async check(lookups: number): Promise<void> {
    const stats = await this.#stats();
    const dropped = (stats?.droppedNoFlow ?? 0n) + (stats?.droppedNoTarget ?? 0n);
    const counted = stats?.streams[0]?.lookups ?? 0n;
    if (counted !== BigInt(lookups) || dropped !== 0n) {
      throw new LossError(`of ${lookups} lookups ${counted} were counted, and ${dropped} as dropped`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #filled(targets: number): Promise<void> {
    await until(() => this.#stats(), {
      deadlineMs: patienceMs,
      everyMs: lookMs,
      describe: `a table with ${targets} targets`,
      accept: (stats) => stats?.streams[0]?.targets.length === targets && stats.streams[0].filledSlots > 0,
    });
  }

  async #stats() {
    using connection = plainConnection(this.address);
    return (await connection.client(LoadBalancerServiceDefinition).stats({})).stats;
  }
}

async function registerAll(nsp: Nsp, targets: number): Promise<void> {
  const [stream] = streamsOf(1);
  if (stream === undefined) return;
  for (let from = 0; from < targets; from += registeredAtOnce) {
    const count = Math.min(registeredAtOnce, targets - from);
    const numbers = Array.from({ length: count }, (_, nth) => from + nth);
    await Promise.all(
      numbers.map((nth) =>
        nsp.registry.enable(targetOf(stream, [`172.16.${nth >> 8}.${nth & 0xff}/32`], nth + 1)),
      ),
    );
  }
}
