import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

function counted(latencies: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const us of latencies) histogram.add(us);
  return histogram;
}

test('a quantile is never below the exact one, and at most 1.6 % above', () => {
  const latencies = Array.from({ length: 20_000 }, (_, index) => (index * index * 7919) % 4_000_000_000);
  const histogram = counted(latencies);
  const sorted = latencies.toSorted((a, b) => a - b);
  for (const quantile of [0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exactMs = (sorted[Math.ceil(sorted.length * quantile) - 1] ?? 0) / 1000;
    expect(histogram.quantileMs(quantile)).toBeGreaterThanOrEqual(exactMs);
    expect(histogram.quantileMs(quantile)).toBeLessThanOrEqual(exactMs * 1.016);
  }
});

test('the longest latency that a stamp can tell has a bucket', () => {
  expect(counted([2 ** 32 - 1]).quantileMs(1)).toBeCloseTo(4_294_967.295);
});

test('merging counts what both have counted', () => {
  const low = counted([1, 2, 3]);
  low.merge(counted([1_000_000]));
  expect(low.total).toBe(4);
  expect(low.quantileMs(0.5)).toBe(0.002);
  expect(low.quantileMs(1)).toBeGreaterThanOrEqual(1000);
});

test('nothing counted has no quantile', () => {
  expect(new Histogram().quantileMs(0.5)).toBeNaN();
});
