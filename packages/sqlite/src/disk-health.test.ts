import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { DiskHealth } from './disk-health.ts';

/** Chance takes nothing off a delay, or all that it may. */
function healthOf(chance: number) {
  const clock = new VirtualClock();
  const disk = new DiskHealth({ initialMs: 100, maxMs: 300 }, clock, { next: () => chance });
  return { clock, disk };
}

test('who listens is told when it begins to refuse and when that is over; of each refusal only who wants that', () => {
  const { disk } = healthOf(0);
  const told: (string | undefined)[] = [];
  const refused: string[] = [];
  disk.onTurned((error) => told.push(error?.message));
  const end = disk.onRefused((error) => refused.push(error.message));
  disk.works();
  disk.refuses(new Error('full'));
  disk.refuses(new Error('still full'));
  expect(disk.error?.message).toBe('still full');
  disk.works();
  disk.works();
  expect(told).toEqual(['full', undefined]);
  expect(refused).toEqual(['full', 'still full']);
  expect(disk.error).toBeUndefined();
  expect(disk.refusals).toBe(2);
  end();
  disk.refuses(new Error('full again'));
  expect(refused).toHaveLength(2);
});

/** Refuses at every time that it is due. */
function delays({ clock, disk }: ReturnType<typeof healthOf>, count: number): number[] {
  return Array.from({ length: count }, () => {
    disk.refuses(new Error('full'));
    const delayMs = (disk.retryAtMs ?? 0) - clock.monotonic();
    clock.advance(delayMs);
    return delayMs;
  });
}

test('each attempt that is refused doubles the delay up to the longest, and what is taken begins anew', () => {
  const { clock, disk } = healthOf(0);
  expect(delays({ clock, disk }, 4)).toEqual([100, 200, 300, 300]);
  expect(disk.refusingMs).toBe(900);
  disk.works();
  expect(disk.retryAtMs).toBeUndefined();
  expect(disk.refusingMs).toBe(0);
  clock.advance(1);
  expect(delays({ clock, disk }, 1)).toEqual([100]);
});

test('who tries before it is due puts nothing off', () => {
  const { clock, disk } = healthOf(0);
  disk.refuses(new Error('full'));
  clock.advance(60);
  disk.refuses(new Error('full'));
  expect(disk.retryAtMs).toBe(100);
  // A timer may fire a little too early.
  clock.advance(39.5);
  disk.refuses(new Error('full'));
  expect(disk.retryAtMs).toBe(99.5 + 200);
});

test('chance takes up to a fifth off a delay', () => {
  const { disk } = healthOf(1);
  disk.refuses(new Error('full'));
  expect(disk.retryAtMs).toBe(80);
});

test('it is due at once while it works, and after the delay when not', async () => {
  const { clock, disk } = healthOf(0);
  const { signal } = new AbortController();
  await disk.due(signal);
  let isDue = false;
  const due = disk.refused(new Error('full'), signal).then(() => {
    isDue = true;
  });
  clock.advance(99);
  await Promise.resolve();
  expect(isDue).toBe(false);
  clock.advance(1);
  await due;
});

test('it is never due for who gives up', async () => {
  const { disk } = healthOf(0);
  const giving = new AbortController();
  const due = disk.refused(new Error('full'), giving.signal);
  giving.abort(new Error('given up'));
  await expect(due).rejects.toThrow('given up');
  disk.works();
  await expect(disk.due(giving.signal)).rejects.toThrow('given up');
});
