// The end of a tap: what it gives back, in what time, and with what exit code.

import { expect, test } from 'vitest';
import { streams, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('SIGTERM with three streams open: the registry is empty, the connections are closed, and the exit code is 0 (A17, I20)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const beganMs = performance.now();
  expect(await tap.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - beganMs).toBeLessThan(5_000);
  expect((await trench.proxyStatus()).connections).toEqual([]);
  await trench.targets.become('an empty registry', (now) => now.length === 0, 1_000);
  expect(tap.history.error).toMatchObject({ details: 'server is stopping' });
});

test('SIGTERM while the NSP hangs: the connections are closed, what is left is logged, and the exit code tells if it is told to (A17)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  for (const { strictStop, code } of [
    { strictStop: 'false', code: 0 },
    { strictStop: 'true', code: 1 },
  ]) {
    await using tap = await TapUnderTest.start('target-1', trench.neighbours, { strictStop });
    await tap.open(web);
    await tap.shows(all([web], 'OPEN'));
    trench.nsp.kill('SIGSTOP');
    const beganMs = performance.now();
    expect(await tap.stop()).toEqual({ code, signal: null });
    // Unregistering is given 2 s here.
    expect(performance.now() - beganMs).toBeLessThan(6_000);
    expect((await trench.proxyStatus()).connections).toEqual([]);
    expect(tap.service.logs.some((line) => line.includes('target left to expire'))).toBe(true);
    trench.nsp.kill('SIGCONT');
  }
});

test('SIGTERM while NSP and proxy hang: over within the budget of the stop, however long the others are (A17, I20)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, {
    strictStop: 'true',
    unregister: '1h',
    unregisterCall: '1h',
    close: '1h',
    closeCall: '1h',
    stop: '3s',
  });
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  trench.nsp.kill('SIGSTOP');
  trench.proxy.kill('SIGSTOP');
  const beganMs = performance.now();
  const { code } = await tap.stop();
  expect(performance.now() - beganMs).toBeLessThan(4_500);
  trench.proxy.kill('SIGCONT');
  trench.nsp.kill('SIGCONT');
  expect(code).toBe(1);
  for (const message of [
    'target left to expire',
    'connection left behind',
    'stopping with targets or connections left',
  ])
    expect(
      tap.service.logs.some((line) => line.includes(message)),
      message,
    ).toBe(true);
});

test('a second SIGTERM ends it at once (I20)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  trench.nsp.kill('SIGSTOP');
  tap.service.kill('SIGTERM');
  await tap.logs('stopping');
  const beganMs = performance.now();
  tap.service.kill('SIGTERM');
  expect(await tap.service.exited).toEqual({ code: 143, signal: null });
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  trench.nsp.kill('SIGCONT');
});
