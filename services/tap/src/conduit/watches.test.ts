import { setImmediate as turn } from 'node:timers/promises';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { silent } from '../ambassador/silent-neighbours.fixture.ts';
import type { Ports } from '../ports.ts';
import { StatusBoard } from '../stream/status-board.ts';
import { timings } from '../world/model-tap.ts';
import { Conduit } from './conduit.ts';

/** A watch that says what the test says, whenever it is open. */
class Line<T> {
  /** How often it was opened. */
  opened = 0;
  #said = new Mailbox<T>({ name: 'line', capacity: 10 });

  async *open(signal: AbortSignal): AsyncGenerator<T> {
    this.opened += 1;
    this.#said = new Mailbox<T>({ name: 'line', capacity: 10 });
    for await (const batch of this.#said.batches(10, signal)) yield* batch;
  }

  async says(value: T): Promise<void> {
    this.#said.offer(value);
    await turn();
  }

  async ends(): Promise<void> {
    this.#said.end();
    await turn();
  }
}

/** A conduit whose watches are open and have said nothing. */
async function watching() {
  const streams = new Line<[]>();
  const vips = new Line<[]>();
  const monitor = new Line<never>();
  const ports: Ports = {
    ...silent,
    configuration: {
      watchStreams: (_, signal) => streams.open(signal),
      watchFlows: (_, signal) => vips.open(signal),
    },
    proxy: { ...silent.proxy, monitor: (_, signal) => monitor.open(signal) },
  };
  const clock = new VirtualClock();
  const conduit = new Conduit(
    { trench: 'demo', conduit: 'edge' },
    {
      ports,
      timings,
      board: new StatusBoard(clock),
      notes: { stream: () => undefined, conduit: () => undefined },
      clock,
      rng: seededRng(1),
      liveness: new Liveness(clock),
      stop: new StopSignal(),
    },
    () => undefined,
  );
  conduit.want('web');
  await turn();
  return {
    streams,
    vips,
    monitor,
    /** What a watch failed with last. */
    error: () => conduit.dump().watchError,
    async pass(ms: number): Promise<void> {
      clock.advance(ms);
      await turn();
    },
    [Symbol.asyncDispose]: () => conduit[Symbol.asyncDispose](),
  };
}

test('the dump shows what a watch failed with until that watch tells something again', async () => {
  await using it = await watching();
  await it.streams.says([]);
  await it.vips.says([]);
  expect(it.error()).toBe('');
  await it.streams.ends();
  await it.vips.ends();
  expect(it.error()).toBe('nsp WatchFlow: the watch ended');
  await it.pass(timings.retry.maxMs);
  await it.vips.says([]);
  expect(it.error()).toBe('nsp WatchStream: the watch ended');
  await it.streams.says([]);
  expect(it.error()).toBe('');
});

test('a watch of the NSP that says nothing is given up after its time and opened again, one of the proxy is not', async () => {
  await using it = await watching();
  const opened = () => [it.streams, it.vips, it.monitor].map((line) => line.opened);
  await it.pass(timings.firstListMs - 1);
  expect([opened(), it.error()]).toEqual([[1, 1, 1], '']);
  await it.pass(1);
  expect(it.error()).toBe('nsp WatchFlow: no answer within 15000 ms');
  await it.pass(timings.retry.maxMs);
  expect(opened()).toEqual([2, 2, 1]);
  await it.streams.says([]);
  expect(it.error()).toBe('nsp WatchFlow: no answer within 15000 ms');
  await it.pass(timings.firstListMs);
  await it.pass(timings.retry.maxMs);
  expect(opened()).toEqual([2, 3, 1]);
});
