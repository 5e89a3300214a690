// A thousand Opens and Closes in a row.

import { pick, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { api, dns, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('a thousand random Opens and Closes: what was asked last of each stream is what holds (F6, I1, I7, I9)', async () => {
  const ntp = { ...web, stream: 'ntp', vips: ['20.0.0.123/32'] };
  const rpc = { ...api, stream: 'rpc', vips: ['40.0.0.2/32'] };
  const log = { ...api, stream: 'log', vips: ['40.0.0.3/32'] };
  const wide = [web, dns, ntp, api, rpc, log];
  await using trench = await TrenchUnderTest.start('demo', wide);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  const rng = seededRng(20);
  const last = new Map<string, 'open' | 'close'>();
  for (let left = 1_000; left > 0; left -= 1) {
    const stream = pick(rng, wide);
    const act = pick(rng, ['open', 'close'] as const);
    await tap[act](stream);
    last.set(stream.stream, act);
    // A list that is asked for after the answer has the one, and not the other.
    if (left % 10 === 0) expect((await tap.listed()).includes(stream.stream)).toBe(act === 'open');
  }
  const open = wide.filter(({ stream }) => last.get(stream) === 'open');
  await tap.shows(all(open, 'OPEN'));
  await trench.targets.become(
    'a target for each open stream',
    (now) =>
      now.length === open.length && open.every(({ stream }) => trench.targets.enabled(stream).length === 1),
  );
  for (const stream of wide) await tap.close(stream);
  await tap.shows({});
  await tap.idle();
  await trench.targets.become('an empty registry', (now) => now.length === 0);
  expect((await trench.proxyStatus()).connections).toEqual([]);
  expect(trench.targets.problems(100, vips)).toEqual([]);
  expect(tap.slowestMs).toBeLessThan(1_000);
});

test('Close and Open of one client in a row, without waiting for an answer, take effect in their order (I9)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (let round = 0; round < 50; round += 1)
    await Promise.all([
      tap.open(web),
      tap.close(web),
      tap.open(web),
      tap.close(dns),
      tap.open(dns),
      tap.close(dns),
    ]);
  await tap.shows(all([web], 'OPEN'));
  await trench.targets.become('one target', (now) => now.length === 1 && now[0]?.stream === 'web');
});
