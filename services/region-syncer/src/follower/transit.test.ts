import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Transit } from './transit.ts';

const hourMs = 3_600_000;
const startUnixMs = Date.UTC(2026, 0);

/** A frame: ms after the one before it was sent, ms on its way, and by how much the leader's clock was stepped before. */
interface Sent {
  readonly gapMs: number;
  readonly delayMs: number;
  readonly stepMs: number;
}

const anyFrame = fc.record({
  gapMs: fc.integer({ min: 1, max: 200 }),
  delayMs: fc.integer({ min: 0, max: 5_000 }),
  stepMs: fc.constantFrom(0, 0, 0, hourMs, -hourMs, 3_000, -3_000, 1),
});

/** Sends frames over a line that keeps their order; the ages that they are found to have, and those that they have. */
function ages(frames: readonly Sent[]): { readonly found: number; readonly real: number }[] {
  const clock = new VirtualClock();
  const transit = new Transit(clock);
  let [sentMs, unixMs] = [0, startUnixMs];
  return frames.map(({ gapMs, delayMs, stepMs }) => {
    sentMs += gapMs;
    unixMs += gapMs + stepMs;
    clock.advance(Math.max(0, sentMs + delayMs - clock.monotonic()));
    return { found: transit.ageOf(unixMs), real: clock.monotonic() - sentMs };
  });
}

test('a frame is as old as it was slower than the fastest one before it', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), (frames) => {
      let fastest = Infinity;
      for (const { found, real } of ages(frames.map((frame) => ({ ...frame, stepMs: 0 })))) {
        fastest = Math.min(fastest, real);
        expect(found).toBe(real - fastest);
      }
    }),
  );
});

test('steps of the leader’s clock make no frame older than it is, and none younger than no time', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), (frames) => {
      for (const { found, real } of ages(frames)) {
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(real);
      }
    }),
  );
});

test('a frame is as old as it was slower than any of the ten minutes before it', () => {
  const fast = Array.from({ length: 180 }, () => ({ gapMs: 10_000, delayMs: 5, stepMs: 0 }));
  for (let before = 1; before <= fast.length; before += 1) {
    const slow = { gapMs: 10_000, delayMs: 3_005, stepMs: 0 };
    expect(ages([...fast.slice(0, before), slow]).at(-1)?.found).toBe(3_000);
  }
});

test('a step that is too short to be seen, or clocks that drift, count for twenty minutes at the most', () => {
  const frames = Array.from({ length: 120 }, () => ({ gapMs: 10_000, delayMs: 5, stepMs: 0 }));
  const found = ages([
    { gapMs: 1, delayMs: 5, stepMs: 0 },
    { gapMs: 10_000, delayMs: 5, stepMs: -4_000 },
    ...frames,
  ]);
  expect(found.at(1)?.found).toBe(4_000);
  expect(found.at(-1)?.found).toBe(0);
});
