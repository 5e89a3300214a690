// The processes of one measurement: a target, a server that follows it, subscribers at the server. All are new, so
// that no contender profits from what another has warmed up, and all end with their scope.

import { setTimeout as delay } from 'node:timers/promises';
import { Child } from './child/child.ts';
import { LossError } from './loss-error.ts';
import type { Contender, Server } from './server/server.ts';
import type { Difference } from './subscriber/leaf-log.ts';
import type {
  Measured,
  StreamSummary,
  SubscriberOptions,
  SubscriberOrder,
  SubscriberReport,
} from './subscriber/orders.ts';
import type { TargetOptions, TargetOrder, TargetReport } from './target/orders.ts';

const patienceMs = 10_000;

/** A subscriber's registration has no answer while the tree is empty; it is given this long to arrive. */
const registrationMs = 300;

/** What was found at the end. */
export interface Settled {
  readonly streams: StreamSummary;
  readonly measured: Measured;
}

/** A subscriber process. */
export class Reader {
  readonly #child: Child<SubscriberOrder, SubscriberReport>;
  readonly #signal: AbortSignal;

  constructor(child: Child<SubscriberOrder, SubscriberReport>, signal: AbortSignal) {
    this.#child = child;
    this.#signal = signal;
  }

  /** Subscribes; when it did, see monotonicMs. */
  async subscribe(): Promise<number> {
    this.#child.order({ kind: 'subscribe' });
    return (await this.#child.report('subscribed', this.#signal)).atMs;
  }

  /** Waits until every stream has seen every leaf; when the last one came. */
  async complete(): Promise<number> {
    this.#child.order({ kind: 'watch' });
    return (await this.#child.report('complete', this.#signal)).lastLeafMs;
  }

  /** Makes the first stream stop reading until the end. */
  async stall(): Promise<void> {
    this.#child.order({ kind: 'stall' });
    await this.#child.report('stalled', this.#signal);
  }

  /** Compares every stream with the target after `sent` updates. Throws LossError. */
  async settle(sent: number): Promise<Settled> {
    this.#child.order({ kind: 'settle', sent, patienceMs });
    const { streams, measured } = await this.#child.report('settled', this.#signal);
    if (streams.difference !== undefined)
      throw new LossError(describe(streams.difference, streams.stream ?? 0));
    if (streams.aged > 0)
      throw new LossError(`${streams.aged} updates were older than what came before them`);
    return { streams, measured };
  }
}

function describe({ leaves, first, expected, found }: Difference, stream: number): string {
  const what = found < 0 ? 'none' : `update ${found}`;
  return `${leaves} leaves are wrong; the first, leaf ${first} of stream ${stream}, has ${what} and not ${expected}`;
}

export class Trial implements AsyncDisposable {
  readonly server: Server;
  readonly leaves: number;
  readonly signal: AbortSignal;
  readonly #target: Child<TargetOrder, TargetReport>;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    server: Server,
    target: Child<TargetOrder, TargetReport>,
    stack: AsyncDisposableStack,
    leaves: number,
    signal: AbortSignal,
  ) {
    this.server = server;
    this.leaves = leaves;
    this.signal = signal;
    this.#target = target;
    this.#stack = stack;
  }

  /** Starts target and server; the server has subscribed, and the target holds its initial tree back. */
  static async start(contender: Contender, options: TargetOptions, signal: AbortSignal): Promise<Trial> {
    await using stack = new AsyncDisposableStack();
    const target = stack.use(new Child<TargetOrder, TargetReport>('target', options));
    const { port } = await target.report('listening', signal);
    const server = stack.use(await contender.start(`127.0.0.1:${port}`, signal));
    if (server.kind !== 'P') await target.report('asked', signal);
    return new Trial(server, target, stack.move(), options.leaves, signal);
  }

  /** Starts a subscriber process; it has not subscribed yet. */
  async reader(size = { streams: 1, connections: 1 }): Promise<Reader> {
    const { leaves, signal } = this;
    const options: SubscriberOptions = { ...this.server.northbound, leaves, ...size };
    const child = this.#stack.use(new Child<SubscriberOrder, SubscriberReport>('subscriber', options));
    await child.report('ready', signal);
    return new Reader(child, signal);
  }

  /** Lets the target give its tree, once every subscriber is at its place; when that was, see monotonicMs. */
  async release(): Promise<number> {
    await delay(registrationMs, undefined, { signal: this.signal });
    this.#target.order({ kind: 'release' });
    return (await this.#target.report('released', this.signal)).atMs;
  }

  /** Lets the target keep its tree from whoever comes. */
  async hold(): Promise<void> {
    this.#target.order({ kind: 'hold' });
    await this.#target.report('held', this.signal);
  }

  /** Updates as fast as they are read, or at a rate a second; how many the target has sent since its start. */
  async update(how: { seconds: number; rate?: number }): Promise<number> {
    const { seconds, rate } = how;
    this.#target.order(rate === undefined ? { kind: 'flow', seconds } : { kind: 'pace', rate, seconds });
    return (await this.#target.report('sent', this.signal)).sent;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
