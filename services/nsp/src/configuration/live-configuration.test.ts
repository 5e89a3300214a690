import { Liveness } from '@syncline/runtime/liveness.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { limits, small } from './configuration.fixture.ts';
import { LiveConfiguration } from './live-configuration.ts';
import { ScriptedSource } from './scripted-source.fixture.ts';

const settleMs = 100;
const pollMs = 5_000;
const other = small.replace('name: a2', 'name: a3');

/** A configuration that is followed until the test ends; `step` lets time go by and all that follows happen. */
async function followed(kept?: string, first?: string) {
  const clock = new VirtualClock();
  const source = new ScriptedSource();
  source.write(first);
  const events: string[] = [];
  const keeping: { kept: string | undefined; fails: boolean } = { kept, fails: false };
  const live = new LiveConfiguration({
    source,
    clock,
    limits,
    settleMs,
    pollMs,
    deadlineMs: 1_000,
    keep: (text) => {
      if (keeping.fails) return Promise.reject(new Error('disk full'));
      keeping.kept = text;
      return Promise.resolve();
    },
    events: {
      taken: ({ streams }) => events.push(`taken ${streams.map(({ name }) => name).join(' ')}`),
      refused: (reason) => events.push(`refused ${reason}`),
      keepFailed: (error) => events.push(`not kept: ${String(error)}`),
    },
  });
  const stop = new AbortController();
  const step = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(Math.min(50, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const loaded = live.load(keeping.kept, stop.signal);
  await step(2 * settleMs);
  await loaded;
  const loop = live.follow(new Liveness(clock).watch('configuration'), stop.signal);
  await step(50);
  return {
    live,
    source,
    events,
    keeping,
    step,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await expect(loop).rejects.toBe(stop.signal.reason);
      expect(clock.pending).toBe(0);
    },
  };
}

test('a file that is well comes into force and is kept; a change of it too, without waiting for a poll', async () => {
  await using it = await followed(undefined, small);
  expect(it.live.revision).toBe(1);
  it.source.write(other);
  await it.step(2 * settleMs);
  expect(it.events).toEqual(['taken a1 a2 b1', 'taken a1 a3 b1']);
  expect(it.live.revision).toBe(2);
  expect(it.keeping.kept).toBe(other);
});

test('a bad file leaves in force what was, and says why; the next good one clears that', async () => {
  await using it = await followed(undefined, small);
  it.source.write('trench: { name: }');
  await it.step(2 * settleMs);
  expect(it.live.refusal).toMatchObject({
    message: 'trench.yaml: line 1: trench.name: the name is empty',
    atUnixMs: expect.any(Number) as number,
  });
  expect(it.live.configuration?.streams.length).toBe(3);
  expect([it.live.revision, it.live.refused]).toEqual([1, 1]);
  expect(it.keeping.kept).toBe(small);
  it.source.write(small);
  await it.step(2 * settleMs);
  expect(it.live.refusal).toBeUndefined();
});

test('a deleted file leaves in force what was, and says so', async () => {
  await using it = await followed(undefined, small);
  it.source.write(undefined);
  await it.step(2 * settleMs);
  expect(it.live.refusal?.message).toBe('trench.yaml: there is no such file');
  expect(it.live.configuration?.streams.length).toBe(3);
});

test('a start on a bad file goes on with what was kept', async () => {
  await using it = await followed(small, 'trench: [');
  expect(it.events).toEqual(['taken a1 a2 b1', expect.stringContaining('refused trench.yaml: line 1')]);
  expect(it.live.configuration?.streams.length).toBe(3);
});

test('a start on the file that was kept takes it once', async () => {
  await using it = await followed(small, small);
  expect(it.events).toEqual(['taken a1 a2 b1']);
});

test('a start without anything has no configuration, and takes the first that comes', async () => {
  await using it = await followed();
  expect(it.live.configuration).toBeUndefined();
  expect(it.live.refusal?.message).toBe('trench.yaml: there is no such file');
  it.source.write(small);
  await it.step(2 * settleMs);
  expect(it.live.revision).toBe(1);
});

test('a change that nobody tells of is found by the next poll', async () => {
  await using it = await followed(undefined, small);
  it.source.deaf = true;
  it.source.write(other);
  await it.step(pollMs - 1_000);
  expect(it.live.revision).toBe(1);
  await it.step(1_000 + 2 * settleMs);
  expect(it.live.revision).toBe(2);
});

test('a file that is being written is not used until it stays the same', async () => {
  await using it = await followed(undefined, small);
  // Each of these is well, and would be a configuration without most of its streams.
  for (let lines = 6; lines <= 9; lines++) {
    it.source.write(`${small.split('\n').slice(0, lines).join('\n')}\n`);
    await it.step(50);
  }
  it.source.write(other);
  await it.step(4 * settleMs);
  expect(it.events).toEqual(['taken a1 a2 b1', 'taken a1 a3 b1']);
});

test('a file that stays as it is is read, and nothing else happens', async () => {
  await using it = await followed(undefined, small);
  const before = it.source.reads;
  await it.step(3 * pollMs + 100);
  expect(it.source.reads - before).toBe(3);
  expect(it.events.length).toBe(1);
});

test('a source that tells without end is looked at once in each settle time, and no change of it is missed', async () => {
  await using it = await followed(undefined, small);
  const before = it.source.reads;
  for (let ms = 0; ms < 10 * settleMs; ms += 10) {
    it.source.write(small);
    await it.step(10);
  }
  expect(it.source.reads - before).toBeLessThanOrEqual(11);
  it.source.write(other);
  await it.step(3 * settleMs);
  expect(it.live.revision).toBe(2);
});

test('a configuration that could not be kept is in force, and kept later', async () => {
  await using it = await followed(undefined, small);
  it.keeping.fails = true;
  it.source.write(other);
  await it.step(2 * settleMs);
  expect(it.live.revision).toBe(2);
  expect(it.events.at(-1)).toBe('not kept: Error: disk full');
  it.keeping.fails = false;
  await it.step(pollMs + 100);
  expect(it.keeping.kept).toBe(other);
});
