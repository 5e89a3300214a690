import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdBatches } from './id-batches.ts';

/** A disk whose reservations answer in order; it can refuse them, or keep one and not say so. */
class Disk {
  last = 0n;
  reservations = 0;
  refuses = false;
  isMute = false;

  readonly reserve = async (count: number): Promise<bigint> => {
    await Promise.resolve();
    if (this.refuses) throw new Error('disk full');
    this.reservations += 1;
    this.last += BigInt(count);
    if (this.isMute) throw new Error('not synced');
    return this.last;
  };
}

test('the ids of a batch are given out without the disk', async () => {
  const disk = new Disk();
  const ids = new IdBatches(disk.reserve);
  for (let i = 1n; i <= 1_000n; i += 1n) expect(await ids.allocate(1)).toBe(i);
  expect(disk.reservations).toBe(1);
  expect(await ids.allocate(1)).toBe(1_001n);
  expect(disk.reservations).toBe(2);
});

test('a disk that refuses gives no id, and the next try goes on', async () => {
  const disk = new Disk();
  const ids = new IdBatches(disk.reserve);
  disk.refuses = true;
  await expect(Promise.all([ids.allocate(2), ids.allocate(3)])).rejects.toThrow('disk full');
  disk.refuses = false;
  expect(await ids.allocate(2)).toBe(2n);
});

test('what the disk has kept without saying so is given to nobody', async () => {
  const disk = new Disk();
  const ids = new IdBatches(disk.reserve);
  expect(await ids.allocate(999)).toBe(999n);
  disk.isMute = true;
  await expect(ids.allocate(2)).rejects.toThrow('not synced');
  disk.isMute = false;
  expect(await ids.allocate(1)).toBe(1_000n);
  expect(await ids.allocate(2)).toBe(2_002n);
});

test('law: no id is given out twice, across restarts too', async () => {
  const counts = fc.array(fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 6 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(counts, async (restarts) => {
      const disk = new Disk();
      let end = 0n;
      for (const asked of restarts) {
        const ids = new IdBatches(disk.reserve);
        const lasts = await Promise.all(asked.map((count) => ids.allocate(count)));
        const spans = lasts
          .map((last, i) => [last - BigInt(asked[i] ?? 0), last] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1));
        for (const [before, last] of spans) {
          expect(before).toBeGreaterThanOrEqual(end);
          end = last;
        }
        expect(end).toBeLessThanOrEqual(disk.last);
      }
    }),
  );
});
