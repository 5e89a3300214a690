import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { DiskHealth } from './disk-health.ts';

/** Chance takes nothing off a delay, or all that it may. */
function healthOf(chance: number) {
  const clock = new VirtualClock();
  const disk = new DiskHealth({ initialMs: 100, maxMs: 300 }, clock, { next: () => chance });
  return { clock, disk };
}

test('who listens is told when it begins to refuse and when that is over, not of what is between', () => {
  const { disk } = healthOf(0);
  const told: (string | undefined)[] = [];
  disk.turned.add((error) => told.push(error?.message));
  disk.works();
  disk.refuses(new Error('full'));
  disk.refuses(new Error('still full'));
  expect(disk.error?.message).toBe('still full');
  disk.works();
  disk.works();
  expect(told).toEqual(['full', undefined]);
  expect(disk.error).toBeUndefined();
  expect(disk.refusals).toBe(2);
});

test('each refusal doubles the delay up to the longest, and what is taken begins anew', () => {
  const { clock, disk } = healthOf(0);
  const delays = [1, 2, 3, 4].map(() => {
    disk.refuses(new Error('full'));
    return (disk.retryAtMs ?? 0) - clock.monotonic();
  });
  expect(delays).toEqual([100, 200, 300, 300]);
  clock.advance(10);
  expect(disk.refusingMs).toBe(10);
  disk.works();
  expect(disk.retryAtMs).toBeUndefined();
  expect(disk.refusingMs).toBe(0);
  clock.advance(1);
  disk.refuses(new Error('full'));
  expect(disk.retryAtMs).toBe(clock.monotonic() + 100);
});

test('chance takes up to a fifth off a delay', () => {
  const { disk } = healthOf(1);
  disk.refuses(new Error('full'));
  expect(disk.retryAtMs).toBe(80);
});

test('it is due at once while it works, after the delay when not, and never for who gives up', async () => {
  const { clock, disk } = healthOf(0);
  const { signal } = new AbortController();
  await disk.due(signal);
  disk.refuses(new Error('full'));
  let isDue = false;
  const due = disk.due(signal).then(() => {
    isDue = true;
  });
  clock.advance(99);
  await Promise.resolve();
  expect(isDue).toBe(false);
  clock.advance(1);
  await due;
  disk.refuses(new Error('full'));
  await expect(disk.due(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
});
