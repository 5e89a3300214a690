import { expect, test } from 'vitest';
import { until, untilStill, WaitError } from './wait.ts';

test('the wait ends with the first accepted value', async () => {
  let looks = 0;
  const value = await until(() => ++looks, {
    deadlineMs: 5_000,
    describe: 'three looks',
    accept: (seen) => seen >= 3,
    everyMs: 1,
  });
  expect(value).toBe(3);
});

test('without accept, the first truthy value ends the wait', async () => {
  const values = [0, '', undefined, 'here'];
  expect(await until(() => values.shift(), { deadlineMs: 5_000, describe: 'a value', everyMs: 1 })).toBe(
    'here',
  );
});

test('a wait in vain names what was awaited and the last value', async () => {
  const wait = until(() => ({ state: 'SYNCING', leaves: 17 }), {
    deadlineMs: 30,
    describe: 'local is SYNCED',
    accept: ({ state }) => state === 'SYNCED',
    everyMs: 5,
  });
  await expect(wait).rejects.toThrow(WaitError);
  await expect(wait).rejects.toThrow(/local is SYNCED.*30 ms.*SYNCING.*17/);
});

test('a probe that throws is asked again, and its last error is shown', async () => {
  let looks = 0;
  const recovers = () => {
    looks++;
    if (looks < 3) throw new Error('not yet');
    return looks;
  };
  expect(await until(recovers, { deadlineMs: 5_000, describe: 'recovery', everyMs: 1 })).toBe(3);

  const never = () => Promise.reject(new Error('connection refused'));
  await expect(until(never, { deadlineMs: 20, describe: 'an answer', everyMs: 5 })).rejects.toThrow(
    /an answer.*connection refused/s,
  );
});

test('a probe that hangs is given up at the deadline', async () => {
  const hangs = () => new Promise<boolean>(() => {});
  await expect(until(hangs, { deadlineMs: 20, describe: 'an answer' })).rejects.toThrow(/never answered/);
});

test('a number is still when it has not changed between two looks, unless it has not begun to move', async () => {
  const numbers = [0, 0, 2, 3, 3, 4];
  let looks = 0;
  expect(await untilStill(1, () => numbers[looks++] ?? 0)).toBe(3);
  expect(looks).toBe(5);
});
