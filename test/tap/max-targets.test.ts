// More taps than a stream has room for, and as many as it has room for.

import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { AmbassadorInProcess } from './ambassador-in-process.ts';
import { api, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

/** Waits of those who find no room, by default: drawn so widely that two rarely come back together. */
const meridioPace = { fullRetry: '200ms', fullRetryMax: '2s' };

test('five taps and room for one: one is OPEN, and when it closes another soon is (A10, F10, I3, I4)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [{ ...web, maxTargets: 1 }]);
  await using stack = new AsyncDisposableStack();
  const taps: TapUnderTest[] = [];
  for (const nth of [1, 2, 3, 4, 5])
    taps.push(stack.use(await TapUnderTest.start(`target-${nth}`, trench.neighbours, meridioPace)));
  await Promise.all(taps.map((tap) => tap.open(web)));
  const waiting = new Set(taps);
  const waitsMs: number[] = [];
  while (waiting.size > 0) {
    const beganMs = performance.now();
    const opened = await until(() => [...waiting].find((tap) => tap.statuses['web'] === 'OPEN'), {
      deadlineMs: 20_000,
      everyMs: 5,
      describe: 'one more that is OPEN',
    });
    waitsMs.push(performance.now() - beganMs);
    if (opened === undefined) return;
    waiting.delete(opened);
    for (const tap of waiting) await tap.isNotOpen(web, /^no identifier available to register the target$/);
    for (const tap of waiting) expect(tap.statuses).toEqual(all([web], 'UNAVAILABLE'));
    await opened.close(web);
  }
  await trench.targets.become('an empty registry', (now) => now.length === 0);
  expect(trench.targets.problems(1)).toEqual([]);
  // Two that look at one moment both withdraw: once in a while chance has to decide again.
  expect(waitsMs.toSorted((a, b) => a - b)[3]).toBeLessThan(3_000);
}, 120_000);

test('a hundred taps and room for a hundred: all are OPEN, each with an identifier of its own (A10, F11)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, api], { nsp: { entryTimeout: '10m' } });
  await using stack = new AsyncDisposableStack();
  const slow = {
    attempt: '15s',
    request: '15s',
    firstList: '15s',
    recover: '5s',
    refresh: '1h',
    renew: '1h',
  };
  const taps = Array.from({ length: 100 }, (_, index) =>
    stack.use(new AmbassadorInProcess(`target-${index + 1}`, trench.neighbours, slow)),
  );
  for (const tap of taps) tap.open(web);
  await until(() => taps.filter((tap) => tap.statusOf(web) !== 'open').map(({ name }) => name), {
    deadlineMs: 30_000,
    describe: 'all OPEN',
    accept: ({ length }) => length === 0,
  });
  await trench.targets.become('a hundred', () => trench.targets.enabled('web').length === 100);
  const identifiers = trench.targets.enabled('web').map(({ identifier }) => identifier);
  expect(identifiers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(trench.targets.problems(100)).toEqual([]);
  expect(await Promise.all(taps.map((tap) => tap.drain(10_000)))).toEqual(taps.map(() => true));
  await trench.targets.become('an empty registry', (now) => now.length === 0);
}, 120_000);
