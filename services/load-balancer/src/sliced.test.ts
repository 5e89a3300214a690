import { systemClock } from '@syncline/runtime/clock.ts';
import { expect, test } from 'vitest';
import { inSlices } from './sliced.ts';

function* counting(to: number, each: () => void): Generator<void, number, void> {
  for (let i = 0; i < to; i++) {
    each();
    yield;
  }
  return to;
}

/** Time that passes with each step of the work alone. */
function steppedClock() {
  let now = 0;
  return { step: (ms: number) => void (now += ms), clock: { ...systemClock, monotonic: () => now } };
}

test('the event loop has its turn after each slice', async () => {
  const { clock, step } = steppedClock();
  const atTurns: number[] = [];
  let steps = 0;
  const watch = () => {
    atTurns.push(steps);
    if (steps < 100) setImmediate(watch);
  };
  setImmediate(watch);
  const work = counting(100, () => {
    steps++;
    step(1);
  });
  expect(await inSlices(work, { clock, sliceMs: 10 }, new AbortController().signal)).toBe(100);
  const gaps = atTurns.slice(1).map((at, i) => at - (atTurns[i] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
  expect(atTurns.length).toBeGreaterThanOrEqual(10);
});

test('an abort ends the work after its slice', async () => {
  const { clock, step } = steppedClock();
  const abort = new AbortController();
  let steps = 0;
  const work = counting(1e9, () => {
    steps++;
    step(1);
    if (steps === 5) abort.abort(new Error('enough'));
  });
  await expect(inSlices(work, { clock, sliceMs: 10 }, abort.signal)).rejects.toThrow('enough');
  expect(steps).toBe(10);
});
