import { setImmediate as turn } from 'node:timers/promises';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Ports } from '../ports.ts';
import { StatusBoard } from '../stream/status-board.ts';
import { timings } from '../world/model-tap.ts';
import { Conduit } from './conduit.ts';

/** A watch that says what the test says, whenever it is open. */
class Line<T> {
  #said = new Mailbox<T>({ name: 'line', capacity: 10 });

  async *open(signal: AbortSignal): AsyncGenerator<T> {
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

const hang = () => Promise.withResolvers<never>().promise;

test('the dump shows what a watch failed with until that watch tells something again', async () => {
  const streams = new Line<[]>();
  const vips = new Line<[]>();
  const monitor = new Line<never>();
  const ports: Ports = {
    registry: { register: hang, unregister: hang, list: hang },
    configuration: {
      watchStreams: (_, signal) => streams.open(signal),
      watchFlows: (_, signal) => vips.open(signal),
    },
    proxy: { request: hang, close: hang, monitor: (_, signal) => monitor.open(signal) },
  };
  const clock = new VirtualClock();
  await using conduit = new Conduit(
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
  const error = () => conduit.dump().watchError;
  await turn();
  await streams.says([]);
  await vips.says([]);
  expect(error()).toBe('');
  await streams.ends();
  await vips.ends();
  expect(error()).toBe('nsp WatchFlow: the watch ended');
  clock.advance(timings.retry.maxMs);
  await turn();
  await vips.says([]);
  expect(error()).toBe('nsp WatchStream: the watch ended');
  await streams.says([]);
  expect(error()).toBe('');
});
