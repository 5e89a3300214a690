import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTrim, type Retention, type Span } from './retention.ts';

/** Spans of 10 records and 100 bytes from index 1000 on. */
const spans = (count: number): Span[] =>
  Array.from({ length: count }, (_, at) => ({
    first: 1000 + at * 10,
    next: 1010 + at * 10,
    records: 10,
    bytes: 100,
  }));
const everything = Number.MAX_SAFE_INTEGER;
const retention = (change: Partial<Retention>): Retention => ({
  records: everything,
  bytes: everything,
  pinnedBytes: 0,
  ...change,
});

test('what exceeds the records or the bytes goes, oldest first, in whole spans', () => {
  expect(planTrim(spans(6), retention({ records: 35 }), everything, [])).toEqual({ drop: 3, refused: [] });
  expect(planTrim(spans(6), retention({ bytes: 200 }), everything, [])).toEqual({ drop: 4, refused: [] });
  expect(planTrim(spans(6), retention({}), everything, []).drop).toBe(0);
});

test('the span that is written to stays, however small the retention', () => {
  expect(planTrim(spans(3), retention({ records: 0, bytes: 0 }), everything, []).drop).toBe(2);
  expect(planTrim([], retention({ records: 0 }), everything, []).drop).toBe(0);
});

test('what a restart replays stays', () => {
  expect(planTrim(spans(6), retention({ records: 0 }), 1029, []).drop).toBe(2);
  expect(planTrim(spans(6), retention({ records: 0 }), 0, []).drop).toBe(0);
});

test('what a reader still needs stays as long as the budget of pins lasts, and then it is refused', () => {
  const pins = [1044, 1020];
  expect(planTrim(spans(6), retention({ bytes: 200, pinnedBytes: 200 }), everything, pins)).toEqual({
    drop: 2,
    refused: [],
  });
  expect(planTrim(spans(7), retention({ bytes: 200, pinnedBytes: 200 }), everything, pins)).toEqual({
    drop: 3,
    refused: [1020],
  });
});

test('law: nothing above the generation goes, and the oldest go first', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.record({ records: fc.nat(250), bytes: fc.nat(2500), pinnedBytes: fc.nat(1000) }),
      fc.integer({ min: 990, max: 1250 }),
      fc.array(fc.integer({ min: 1000, max: 1200 }), { maxLength: 3 }),
      (count, bounds, generation, pins) => {
        const all = spans(count);
        const plan = planTrim(all, bounds, generation, pins);
        const kept = all.slice(plan.drop);
        expect(kept.length).toBeGreaterThan(0);
        expect(all.slice(0, plan.drop).every((span) => span.next <= generation)).toBe(true);
        // Who is not refused finds its records; who is refused cost more than the pins may.
        const lost = pins.filter((pin) => pin < (kept[0]?.first ?? 0));
        expect(plan.refused).toEqual(lost);
        if (lost.length > 0) {
          const before = kept.length * 100 + 100;
          expect(before).toBeGreaterThan(bounds.bytes + bounds.pinnedBytes);
        }
      },
    ),
  );
});
