import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backoff, type BackoffSettings } from './backoff.ts';
import { seededRng } from './rng.ts';

const steady: BackoffSettings = { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0, resetAfterMs: 5_000 };
const rng = seededRng(1);

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.next());
}

test('the delay grows by the factor up to the longest', () => {
  const backoff = new Backoff(steady, new VirtualClock(), rng);
  expect(delays(backoff, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(backoff.attempts).toBe(6);
});

test('only a run that lasted longer than resetAfterMs starts the delays over', () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(steady, clock, rng);
  delays(backoff, 3);
  backoff.running();
  clock.advance(5_000);
  expect(backoff.next()).toBe(800);
  backoff.running();
  clock.advance(5_001);
  expect(backoff.next()).toBe(100);
  expect(backoff.attempts).toBe(1);
  clock.advance(60_000);
  expect(backoff.next(), 'an attempt that never ran').toBe(200);
});

test('quiet runs that last are not failures: fifty of them never use up the attempts', () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(steady, clock, rng);
  for (let run = 0; run < 50; run += 1) {
    backoff.running();
    clock.advance(3_600_000);
    backoff.next();
    expect(backoff.attempts, `run ${run}`).toBe(1);
  }
});

test('a day of failures neither overflows nor leaves the bounds, whatever the settings', () => {
  const settings = fc
    .record({
      initialMs: fc.double({ min: 1, max: 1_000, noNaN: true }),
      room: fc.double({ min: 0, max: 60_000, noNaN: true }),
      factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ initialMs, room, ...rest }) => ({
      ...rest,
      initialMs,
      maxMs: initialMs + room,
      resetAfterMs: 0,
    }));
  fc.assert(
    fc.property(settings, fc.integer(), (wanted, seed) => {
      const backoff = new Backoff(wanted, new VirtualClock(), seededRng(seed));
      let baseMs = wanted.initialMs;
      for (const delayMs of delays(backoff, 5_000)) {
        if (!(delayMs <= baseMs && delayMs >= baseMs * (1 - wanted.jitter) - 1e-9)) {
          expect.fail(`${delayMs} is not within ${wanted.jitter} below ${baseMs}`);
        }
        baseMs = Math.min(wanted.maxMs, baseMs * wanted.factor);
      }
    }),
    { numRuns: 50 },
  );
});

test('every setting out of its bounds is named', () => {
  const wrong = { initialMs: 0, maxMs: -1, factor: 0.5, jitter: 2, resetAfterMs: Number.NaN };
  expect(() => new Backoff(wrong, new VirtualClock(), rng)).toThrow(
    'backoff: initialMs must be above 0, not 0; maxMs must be initialMs or more, not -1; ' +
      'factor must be 1 or more, not 0.5; jitter must be from 0 to 1, not 2; resetAfterMs must be 0 or more, not NaN',
  );
});
