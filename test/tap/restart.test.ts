// A tap that is killed, with and without a state file, and two taps of one name.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@syncline/testkit/service-process.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { dns, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('killed and opened again by its application: the connection is recovered, and no second target appears (F14)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const addresses = trench.targets.now.map(({ ips }) => ips.join()).toSorted();
  const heardBefore = trench.targets.lists.length;
  await tap.kill();
  await tap.restart();
  await tap.shows({});
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  expect(trench.targets.now.map(({ ips }) => ips.join()).toSorted()).toEqual(addresses);
  for (const list of trench.targets.lists.slice(heardBefore)) expect(list.length).toBeLessThanOrEqual(3);
  expect((await trench.proxyStatus()).connections).toHaveLength(2);
  expect(trench.targets.problems(100, vips)).toEqual([]);
});

test('killed and not opened again: the targets expire (I6)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web], { nsp: { entryTimeout: '1500ms' } });
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { refresh: '500ms' });
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await tap.kill();
  await trench.targets.become('an empty registry', (now) => now.length === 0, 4_000);
});

test('with a state file a killed tap opens by itself what was open, in the same order, and what was closed stays closed (F14)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using dir = await tempDir('tap-state');
  const state = join(dir.path, 'kept', 'state.json');
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { state });
  for (const stream of streams) await tap.open(stream);
  await tap.close(dns);
  await tap.open(dns);
  await tap.close(web);
  await tap.kill();
  expect(JSON.parse(await readFile(state, 'utf8'))).toMatchObject({
    streams: [{ stream: 'api' }, { stream: 'dns' }],
  });
  await tap.restart();
  await tap.shows({ api: 'OPEN', dns: 'OPEN' });
  expect(Object.keys(tap.statuses)).toEqual(['api', 'dns']);
  await trench.targets.become(
    'two targets',
    (now) => now.filter(({ stream }) => stream !== 'web').length === 2,
  );

  // An orderly stop gives everything back and keeps what is asked for.
  expect(await tap.stop()).toEqual({ code: 0, signal: null });
  expect((await trench.proxyStatus()).connections).toEqual([]);
  await tap.restart();
  await tap.shows({ api: 'OPEN', dns: 'OPEN' });
});

test('a state file that is damaged stops the start, and is left as it is', async () => {
  await using dir = await tempDir('tap-state');
  const state = join(dir.path, 'state.json');
  const nowhere = { nsp: '127.0.0.1:1', proxy: '127.0.0.1:1' };
  await using tap = await TapUnderTest.start('target-1', nowhere, { state });
  await tap.open(web);
  await tap.kill();
  const whole = await readFile(state, 'utf8');
  for (const damaged of [whole.slice(0, -10), '', '{}', whole.replace('"web"', '"w b"')]) {
    await writeFile(state, damaged);
    const start = TapUnderTest.start('target-1', nowhere, { state });
    await expect(start).rejects.toThrow(ServiceError);
    await expect(start).rejects.toThrow(`the state file ${state}`);
    expect(await readFile(state, 'utf8')).toBe(damaged);
  }
});

test('a state file that another tap has is refused by the setting, and goes to the next when that one has ended', async () => {
  await using dir = await tempDir('tap-state');
  const state = join(dir.path, 'state.json');
  const nowhere = { nsp: '127.0.0.1:1', proxy: '127.0.0.1:1' };
  await using first = await TapUnderTest.start('target-1', nowhere, { state });
  await first.open(web);
  const kept = await readFile(state, 'utf8');
  await expect(TapUnderTest.start('target-2', nowhere, { state })).rejects.toThrow(
    /another process has it .*; stop that one, or set SYNCLINE_TAP_STATE to another place/,
  );
  expect(await readFile(state, 'utf8')).toBe(kept);
  // It goes on writing, and a kill leaves nothing to be cleared away.
  await first.open(dns);
  await first.kill();
  await using second = await TapUnderTest.start('target-2', nowhere, { state });
  await second.shows(all([web, dns], 'UNAVAILABLE'));
});

test('two taps of one name are one target: what one closes the other restores, and neither hangs (F15)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using first = await TapUnderTest.start('target-1', trench.neighbours);
  await using second = await TapUnderTest.start('target-1', trench.neighbours);
  await first.open(web);
  await second.open(web);
  await first.shows(all([web], 'OPEN'));
  await second.shows(all([web], 'OPEN'));
  expect((await trench.proxyStatus()).connections).toHaveLength(1);
  await first.close(web);
  await first.idle();
  await second.shows(all([web], 'OPEN'));
  await trench.targets.become('one target', () => trench.targets.enabled('web').length === 1);
  await second.close(web);
  await second.idle();
  await trench.targets.become('an empty registry', (now) => now.length === 0);
  expect(trench.targets.problems(100, vips)).toEqual([]);
});
