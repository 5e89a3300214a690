import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Desired } from '../ambassador/desired-streams.ts';
import { KeptStreams, NotKeptError } from './kept-streams.ts';

const { signal } = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const desired = (generation: bigint): Desired => ({ generation, streams: [] });

/** A disk whose writes end when the test says. */
class Disk {
  readonly clock = new VirtualClock();
  readonly liveness = new Liveness(this.clock);
  readonly failures: string[] = [];
  readonly kept: KeptStreams;
  #writes: { readonly generation: bigint; readonly done: PromiseWithResolvers<void> }[] = [];

  constructor() {
    this.kept = new KeptStreams(
      {
        write: ({ generation }) => {
          const done = Promise.withResolvers<void>();
          this.#writes.push({ generation, done });
          return done.promise;
        },
        answerMs: 500,
        writeMs: 5_000,
        retry: { initialMs: 100, maxMs: 100, factor: 1, jitter: 0, resetAfterMs: 0 },
        clock: this.clock,
        rng: seededRng(1),
        liveness: this.liveness,
        stop: new StopSignal(),
        failed: (error) => this.failures.push(error.message),
      },
      desired(0n),
    );
  }

  /** The list that is being written; undefined when none is. */
  get writing(): bigint | undefined {
    return this.#writes[0]?.generation;
  }

  async end(error?: Error): Promise<void> {
    await turn();
    const write = this.#writes.shift();
    if (error === undefined) write?.done.resolve();
    else write?.done.reject(error);
    await turn();
  }
}

test('what is asked to be kept is answered when it is on disk; lists that come meanwhile are written as one', async () => {
  const disk = new Disk();
  const answers: string[] = [];
  const keep = (generation: bigint) =>
    disk.kept.keep(desired(generation), signal).then(() => answers.push(`${generation}`));
  const all = [keep(1n), keep(2n), keep(3n)];
  await turn();
  expect([disk.writing, answers]).toEqual([3n, []]);
  all.push(keep(4n));
  await disk.end();
  expect(answers).toEqual(['1', '2', '3']);
  expect(disk.writing).toBe(4n);
  await disk.end();
  await Promise.all(all);
  await disk.kept.keep(desired(4n), signal);
  await disk.kept[Symbol.asyncDispose]();
});

test('a disk that refuses is tried again; who cannot wait is told why, and the list holds all the same', async () => {
  const disk = new Disk();
  const first = disk.kept.keep(desired(1n), signal);
  await disk.end(new Error('no space left'));
  expect([disk.kept.problem, disk.failures]).toEqual(['no space left', ['no space left']]);
  disk.clock.advance(500);
  await expect(first).rejects.toThrow(new NotKeptError(500, 'no space left'));
  await turn();
  const second = disk.kept.keep(desired(2n), signal);
  disk.clock.advance(100);
  await disk.end();
  await disk.end();
  await second;
  expect(disk.kept.problem).toBe('');
  await disk.kept[Symbol.asyncDispose]();
});

test('a disk that hangs makes the loop overdue, and delays nobody for longer than the answer may take', async () => {
  const disk = new Disk();
  const answer = disk.kept.keep(desired(1n), signal);
  await turn();
  disk.clock.advance(500);
  await expect(answer).rejects.toThrow('the disk is slow');
  expect(disk.liveness.report().live).toBe(true);
  disk.clock.advance(4_500);
  expect(disk.liveness.report().overdue).toMatchObject([
    { loop: 'state', phase: 'write', awaits: 'the disk' },
  ]);
  await disk.end();
  await disk.kept[Symbol.asyncDispose]();
});

test('disposing waits for a write that is under way, and for no disk that refuses', async () => {
  const disk = new Disk();
  const answer = disk.kept.keep(desired(1n), signal);
  await turn();
  const closed = disk.kept[Symbol.asyncDispose]();
  await disk.end();
  await Promise.all([answer, closed]);

  const full = new Disk();
  const refused = full.kept.keep(desired(1n), signal).catch(() => 'refused');
  await full.end(new Error('no space left'));
  await full.kept[Symbol.asyncDispose]();
  full.clock.advance(500);
  expect(await refused).toBe('refused');
});

test('disposing ends though the write that it waits for fails', async () => {
  const disk = new Disk();
  const answer = disk.kept.keep(desired(1n), signal).catch(() => 'refused');
  await turn();
  let closed = false;
  const closing = disk.kept[Symbol.asyncDispose]().then(() => {
    closed = true;
  });
  await disk.end(new Error('no space left'));
  await turn();
  expect(closed).toBe(true);
  await closing;
  disk.clock.advance(500);
  expect(await answer).toBe('refused');
});
