import { setImmediate as turn } from 'node:timers/promises';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { FollowedWatch } from './followed-watch.ts';

const unwatched: LoopWatch = { phase: () => {}, idle: () => {}, [Symbol.dispose]: () => {} };
const down = new ClientError('/nsp.v1.ConfigurationManager/WatchConduit', Status.UNAVAILABLE, 'no one there');

/** A neighbour that tells what the test tells it to, and who follows it. */
class Neighbour implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly taken: string[] = [];
  /** Level, watch, reason and error of each line of the log. */
  readonly logged: unknown[] = [];
  /** Thrown each time that the watch is opened; undefined when it is open. */
  refusal: Error | undefined;
  /** Of each time that the watch was opened, what is sent. */
  readonly opened: Mailbox<string>[] = [];
  moves = 0;
  /** Thrown when a value is to be taken. */
  refuses: Error | undefined;
  readonly watch: FollowedWatch<string>;
  readonly running: Promise<never>;
  readonly #end = new AbortController();

  constructor() {
    this.watch = new FollowedWatch({
      what: 'the list',
      open: (signal) => this.#open(signal),
      take: (value) => {
        if (this.refuses !== undefined) throw this.refuses;
        this.taken.push(value);
      },
      moved: () => void (this.moves += 1),
      firstMs: 5_000,
      retry: { initialMs: 100, maxMs: 400, factor: 2, jitter: 0, resetAfterMs: 10_000 },
      clock: this.clock,
      rng: { next: () => 0 },
      logger: createLogger({
        service: 'test',
        instance: 'test',
        level: 'info',
        destination: {
          write: (line) => {
            const { level, watch, reason, err } = JSON.parse(line) as Record<string, unknown>;
            this.logged.push({ level, watch, reason, err });
          },
        },
      }),
    });
    this.running = this.watch.follow(unwatched, this.#end.signal);
    this.running.catch(() => {});
  }

  async pass(ms: number): Promise<void> {
    await turn();
    this.clock.advance(ms);
    await turn();
  }

  async tell(value: string): Promise<void> {
    this.opened.at(-1)?.offer(value);
    await turn();
  }

  async hangUp(): Promise<void> {
    this.opened.at(-1)?.end();
    await turn();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.running.catch((error: unknown) => {
      if (error !== this.#end.signal.reason && error !== this.refuses) throw error;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async *#open(signal: AbortSignal): AsyncGenerator<string> {
    const values = new Mailbox<string>({ name: 'values', capacity: 10 });
    this.opened.push(values);
    if (this.refusal !== undefined) throw this.refusal;
    for await (const batch of values.batches(10, signal)) yield* batch;
  }
}

test('each value is taken, and the watch is in step from the first one on', async () => {
  await using neighbour = new Neighbour();
  await turn();
  expect(neighbour.watch.state).toEqual({ kind: 'untold', reason: 'it was not asked yet' });
  await neighbour.tell('a');
  await neighbour.tell('b');
  await neighbour.pass(3_600_000);
  expect(neighbour.taken).toEqual(['a', 'b']);
  expect([neighbour.watch.state, neighbour.watch.received]).toEqual([{ kind: 'in step' }, 2]);
});

test('a watch that is lost takes nothing back, and says since when it is lost and why now', async () => {
  await using neighbour = new Neighbour();
  await turn();
  await neighbour.tell('a');
  await neighbour.pass(30);
  neighbour.refusal = down;
  await neighbour.hangUp();
  expect(neighbour.watch.state).toEqual({ kind: 'lost', sinceMs: 30, reason: 'the watch ended' });
  await neighbour.pass(100);
  expect(neighbour.watch.state).toEqual({
    kind: 'lost',
    sinceMs: 30,
    reason: 'UNAVAILABLE: no one there',
  });
  neighbour.refusal = undefined;
  await neighbour.pass(200);
  await neighbour.tell('b');
  expect(neighbour.watch.state).toEqual({ kind: 'in step' });
  expect([neighbour.taken, neighbour.watch.losses]).toEqual([['a', 'b'], 2]);
});

test('each move is told: into step, lost, lost still, and back; another value is none', async () => {
  await using neighbour = new Neighbour();
  await turn();
  const moves = [];
  for (const act of ['a', 'b', 'end', 'end', 'c']) {
    await (act === 'end' ? neighbour.hangUp() : neighbour.tell(act));
    moves.push(neighbour.moves);
    await neighbour.pass(200);
  }
  expect(moves).toEqual([1, 1, 2, 3, 4]);
});

test('waits between attempts double up to the longest, and start over after a long run', async () => {
  await using neighbour = new Neighbour();
  await turn();
  const opened = [];
  for (const ms of [100, 200, 400, 400]) {
    await neighbour.hangUp();
    await neighbour.pass(ms - 1);
    opened.push(neighbour.opened.length);
    await neighbour.pass(1);
    opened.push(neighbour.opened.length);
  }
  expect(opened).toEqual([1, 2, 2, 3, 3, 4, 4, 5]);
  await neighbour.tell('a');
  // What comes later does not make the run a younger one.
  await neighbour.pass(10_001);
  await neighbour.tell('b');
  await neighbour.hangUp();
  await neighbour.pass(100);
  expect(neighbour.opened).toHaveLength(6);
});

test('a neighbour that takes the call and says nothing is given up in time, one that has told is waited for', async () => {
  await using neighbour = new Neighbour();
  await neighbour.pass(4_999);
  expect(neighbour.watch.losses).toBe(0);
  await neighbour.pass(1);
  expect(neighbour.watch.state).toEqual({ kind: 'untold', reason: 'no answer within 5000 ms' });
  await neighbour.pass(100);
  await neighbour.tell('a');
  await neighbour.pass(3_600_000);
  expect([neighbour.watch.state.kind, neighbour.watch.losses]).toEqual(['in step', 1]);
});

test('the log has why a watch failed when that is new, without a stack, and when it works again', async () => {
  await using neighbour = new Neighbour();
  await turn();
  await neighbour.tell('a');
  neighbour.refusal = down;
  await neighbour.hangUp();
  for (let attempts = 0; attempts < 3; attempts++) await neighbour.pass(400);
  neighbour.refusal = undefined;
  await neighbour.pass(400);
  await neighbour.tell('b');
  await neighbour.tell('c');
  expect(neighbour.logged).toEqual([
    { level: 'warn', watch: 'the list', reason: 'the watch ended' },
    { level: 'warn', watch: 'the list', reason: 'UNAVAILABLE: no one there' },
    { level: 'info', watch: 'the list' },
  ]);
});

test('what cannot be taken is a fault of ours: the loop ends with it, and it does not count as told', async () => {
  await using neighbour = new Neighbour();
  await turn();
  neighbour.refuses = new TypeError('no such list');
  await neighbour.tell('a');
  await expect(neighbour.running).rejects.toThrow('no such list');
  expect([neighbour.watch.received, neighbour.watch.losses]).toEqual([0, 0]);
});

test('a stop ends the watch, and no timer is left', async () => {
  await using neighbour = new Neighbour();
  await turn();
  await neighbour.tell('a');
  await neighbour.stop();
  expect(neighbour.clock.pending).toBe(0);
  expect(neighbour.watch.state).toEqual({ kind: 'in step' });
});
