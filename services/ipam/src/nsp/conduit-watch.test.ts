import { setImmediate as turn } from 'node:timers/promises';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { ConduitWatch } from './conduit-watch.ts';

const unwatched: LoopWatch = { phase: () => {}, idle: () => {}, [Symbol.dispose]: () => {} };
const edge: ConduitName = { trench: 'demo', conduit: 'edge' };

/** A watch of an NSP that says what the test says. */
class Followed implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly taken: (readonly ConduitName[])[] = [];
  /** Level, reason and error of each line of the log. */
  readonly logged: unknown[] = [];
  /** Thrown by the watch each time that it is opened; undefined when it is open. */
  refusal: Error | undefined;
  readonly watch: ConduitWatch;
  /** Of each time that the watch was opened, what is sent. */
  readonly opened: Mailbox<readonly ConduitName[]>[] = [];
  readonly #end = new AbortController();
  readonly #running: Promise<void>;

  constructor() {
    this.watch = new ConduitWatch({
      open: (signal) => this.#open(signal),
      take: (conduits) => this.taken.push(conduits),
      answerMs: 5_000,
      retry: { initialMs: 200, maxMs: 5_000, factor: 2, jitter: 0, resetAfterMs: 10_000 },
      clock: this.clock,
      rng: seededRng(1),
      logger: createLogger({
        service: 'ipam',
        instance: 'test',
        level: 'info',
        destination: {
          write: (line) => {
            const { level, reason, err } = JSON.parse(line) as Record<string, unknown>;
            this.logged.push({ level, reason, err });
          },
        },
      }),
    });
    this.#running = this.watch.follow(unwatched, this.#end.signal).catch(() => {});
  }

  async pass(ms: number): Promise<void> {
    await turn();
    this.clock.advance(ms);
    await turn();
  }

  async send(conduits: readonly ConduitName[]): Promise<void> {
    this.opened.at(-1)?.offer(conduits);
    await turn();
  }

  async hangUp(): Promise<void> {
    this.opened.at(-1)?.end();
    await turn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async *#open(signal: AbortSignal): AsyncGenerator<readonly ConduitName[]> {
    const lists = new Mailbox<readonly ConduitName[]>({ name: 'lists', capacity: 10 });
    this.opened.push(lists);
    if (this.refusal !== undefined) throw this.refusal;
    for await (const batch of lists.batches(10, signal)) yield* batch;
  }
}

test('each list is taken, and the watch is in step from the first one on', async () => {
  await using nsp = new Followed();
  await turn();
  expect(nsp.watch.state).toEqual({ kind: 'lost', heard: false, reason: 'it was not asked yet' });
  await nsp.send([]);
  await nsp.send([edge]);
  expect(nsp.taken).toEqual([[], [edge]]);
  expect([nsp.watch.state, nsp.watch.lists]).toEqual([{ kind: 'in step' }, 2]);
});

test('a watch that ends is opened again after a wait that grows, and nothing is taken back meanwhile', async () => {
  await using nsp = new Followed();
  await turn();
  await nsp.send([edge]);
  await nsp.hangUp();
  expect(nsp.watch.state).toEqual({ kind: 'lost', heard: true, reason: 'the NSP ended the watch' });
  await nsp.pass(199);
  expect(nsp.opened).toHaveLength(1);
  await nsp.pass(1);
  expect(nsp.opened).toHaveLength(2);
  await nsp.hangUp();
  await nsp.pass(399);
  expect(nsp.opened).toHaveLength(2);
  await nsp.pass(1);
  await nsp.send([edge]);
  expect(nsp.taken).toEqual([[edge], [edge]]);
  expect([nsp.watch.losses, nsp.watch.state.kind]).toEqual([2, 'in step']);
});

test('an NSP that sends no first list in time is given up, one that has is waited for', async () => {
  await using nsp = new Followed();
  await nsp.pass(5_000);
  expect(nsp.watch.state).toMatchObject({ reason: 'the NSP sent no list within 5000 ms' });
  await nsp.pass(200);
  await nsp.send([edge]);
  await nsp.pass(3_600_000);
  expect([nsp.watch.state.kind, nsp.watch.losses]).toEqual(['in step', 1]);
});

test('the log has why the watch failed when that is new, without a stack, and when it works again', async () => {
  await using nsp = new Followed();
  await turn();
  await nsp.send([edge]);
  nsp.refusal = new ClientError(
    '/nsp.v1.ConfigurationManager/WatchConduit',
    Status.UNAVAILABLE,
    'no one there',
  );
  await nsp.hangUp();
  for (let attempts = 0; attempts < 3; attempts++) await nsp.pass(5_000);
  nsp.refusal = undefined;
  await nsp.pass(5_000);
  await nsp.send([edge]);
  await nsp.send([]);
  expect(nsp.logged).toEqual([
    { level: 'warn', reason: 'the NSP ended the watch' },
    { level: 'warn', reason: 'UNAVAILABLE: no one there' },
    { level: 'info' },
  ]);
});
