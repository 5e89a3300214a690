// The NSP goes away, hangs, or forgets, while streams are open.

import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { dns, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('an NSP that is killed and comes back with its data: the targets are there, the streams OPEN (A6, F5)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const before = trench.targets.now;
  await trench.restartNsp({ wiped: false });
  const refreshes = await tap.refreshes();
  await until(() => tap.refreshes(), {
    deadlineMs: 5_000,
    describe: 'a refresh of each',
    accept: (count) => count >= refreshes + streams.length,
  });
  await trench.targets.become('the same targets', (now) => now.length === before.length);
  expect(trench.targets.now).toEqual(expect.arrayContaining([...before]));
  await tap.shows(all(streams, 'OPEN'));
});

test('an NSP that lost its data: every target is there again within a refresh (A6, F5)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  await trench.restartNsp({ wiped: true });
  // A refresh is due after 1 s and may be a tenth late; what it takes is the rest.
  await trench.targets.become(
    'three enabled targets',
    (now) => now.filter(({ status }) => status === 'ENABLED').length === 3,
    2_000,
  );
  await tap.shows(all(streams, 'OPEN'));
  expect(trench.targets.problems(100, vips)).toEqual([]);
});

test('an NSP that hangs for longer than a refresh: UNAVAILABLE with a reason, every RPC prompt, and OPEN when it goes on (F5, I1)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, dns]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { attempt: '1s' });
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  trench.nsp.kill('SIGSTOP');
  await tap.shows(all([web], 'UNAVAILABLE'));
  await tap.isNotOpen(web, /no answer within \d+ ms/);
  await tap.open(dns);
  await tap.close(dns);
  await tap.open(dns);
  const beganMs = performance.now();
  expect(await tap.listed()).toEqual(['web', 'dns']);
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  trench.nsp.kill('SIGCONT');
  await tap.shows(all([web, dns], 'OPEN'));
  await trench.targets.become('two targets', (now) => now.length === 2);
  expect(tap.slowestMs).toBeLessThan(1_000);
});

test('an NSP that is not there when a stream is opened: the stream opens when it is', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  trench.nsp.kill('SIGKILL');
  await trench.nsp.exited;
  await tap.open(web);
  await tap.shows(all([web], 'UNAVAILABLE'));
  await tap.isNotOpen(web, /has not listed the streams/);
  await trench.restartNsp({ wiped: false });
  await tap.shows(all([web], 'OPEN'), 3_000);
});

test('a tap that is frozen for longer than its targets live registers them anew when it goes on (F18)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web], { nsp: { entryTimeout: '1500ms' } });
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { refresh: '500ms' });
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  tap.service.kill('SIGSTOP');
  await trench.targets.become('the target expired', (now) => now.length === 0);
  tap.service.kill('SIGCONT');
  await trench.targets.become('the target', () => trench.targets.enabled('web').length === 1);
  await tap.shows(all([web], 'OPEN'));
});
