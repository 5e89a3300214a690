// One trench at a time, and what is left of a stream when its trench cannot be reached.

import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { api, dns, streams, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

const other = { ...web, trench: 'other' };
const refused = {
  code: Status.FAILED_PRECONDITION,
  details: 'open failed to set trench: another trench is already connected',
};

test('another trench is refused while one is in use, and taken within a second once all of it is closed (A9)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, api]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.open(api);
  await expect(tap.open(other)).rejects.toMatchObject(refused);
  await tap.shows(all([web, api], 'OPEN'));
  await tap.close(web);
  await expect(tap.open(other)).rejects.toMatchObject(refused);
  await tap.close(api);
  await until(() => tap.open(other).then(() => true), {
    deadlineMs: 1_000,
    everyMs: 2,
    describe: 'an Open in the other trench',
  });
  // All was given back before.
  expect((await trench.proxyStatus()).connections).toEqual([]);
  await trench.targets.become('an empty registry', (now) => now.length === 0, 1_000);
  expect((await tap.dump()).trench).toBe('other');
  // Neither the proxy nor the NSP of this test knows that trench.
  await tap.shows({ web: 'UNAVAILABLE' });
  // Closing a stream of a trench that is not in use changes nothing.
  await tap.close(web);
  expect((await tap.dump()).trench).toBe('other');
});

test('closed while the NSP is down: nothing is left of it, and the trench is free after the budgets (F17, I6)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  trench.nsp.kill('SIGKILL');
  await trench.nsp.exited;
  for (const stream of streams) await tap.close(stream);
  await tap.shows({});
  await expect(tap.open(other)).rejects.toMatchObject(refused);
  // Unregistering is given up after 2 s here; closing the connections has a budget of its own.
  await tap.idle();
  expect((await trench.proxyStatus()).connections).toEqual([]);
  await tap.open(other);

  await trench.restartNsp({ wiped: false });
  await trench.targets.become('the targets expired', (now) => now.length === 0);
  expect(tap.slowestMs).toBeLessThan(1_000);
});

test('a stream that is opened again while it drains goes on with what it holds', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, dns]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  const [target] = trench.targets.now;
  trench.nsp.kill('SIGSTOP');
  await tap.close(web);
  await tap.shows({});
  await tap.open(web);
  trench.nsp.kill('SIGCONT');
  await tap.shows(all([web], 'OPEN'));
  await trench.targets.become(
    'one target, enabled',
    (now) => now.length === 1 && now[0]?.status === 'ENABLED',
  );
  expect(trench.targets.now[0]?.ips).toEqual(target?.ips);
});
