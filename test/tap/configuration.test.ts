// The NSP's configuration changes while streams are open.

import { expect, test } from 'vitest';
import { api, dns, streams, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('a stream that is taken out is UNDEFINED and unregistered within a second, and opens when it is back (A11, F9)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));

  await trench.configure([web, api]);
  await tap.shows({ web: 'OPEN', dns: 'UNDEFINED', api: 'OPEN' }, 1_000);
  await trench.targets.become(
    'no target of dns',
    (now) => !now.some(({ stream }) => stream === 'dns'),
    1_000,
  );
  await tap.isNotOpen(dns, /not in the configuration/);

  await trench.writeConfiguration('trench: [this is not one');
  await trench.configure(streams);
  await tap.shows(all(streams, 'OPEN'));
  await trench.targets.become('three targets', (now) => now.length === 3);
});

test('a malformed file changes nothing: the streams stay as they are (A11)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.open(dns);
  await tap.shows({ web: 'OPEN', dns: 'UNDEFINED' });
  await trench.writeConfiguration('trench: {name: demo}\nstreams: {items: [{name: dns, conduit: ');
  await trench.nspRefuses();
  expect(tap.statuses).toEqual({ web: 'OPEN', dns: 'UNDEFINED' });
});

test('max-targets that shrink below an identifier: the target takes another one (F9)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [{ ...web, maxTargets: 10_000 }]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await trench.configure([{ ...web, maxTargets: 1 }]);
  await trench.targets.become(
    'enabled with identifier 1',
    () => trench.targets.enabled('web')[0]?.identifier === 1,
  );
  await tap.shows(all([web], 'OPEN'));
});

test('VIPs that come, go and change their order: one Request each, with a policy for each, none for an order (A12, I19)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web], {});
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { renew: '1h' });
  const requests = async () => (await trench.proxyStatus()).counts?.requests ?? 0n;
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await vipsAre(trench, ['20.0.0.1/32']);
  let before = await requests();

  await trench.configure([{ ...web, vips: ['20.0.0.1/32', '2001:db8:20::1/128'] }]);
  await vipsAre(trench, ['20.0.0.1/32', '2001:db8:20::1/128']);
  expect(await requests()).toBe(before + 1n);
  before += 1n;
  const [connection] = await trench.connections();
  const { srcIpAddrs = [], extraPrefixes = [], policies = [] } = connection?.context?.ipContext ?? {};
  expect(srcIpAddrs).toEqual(expect.arrayContaining(['20.0.0.1/32', '2001:db8:20::1/128']));
  const bridge = (family: RegExp) =>
    extraPrefixes.map((ip) => ip.split('/')[0]).filter((ip) => family.test(ip ?? ''));
  expect(policies.map(({ from, routes }) => ({ from, routes }))).toEqual([
    { from: '20.0.0.1/32', routes: bridge(/\./).map((nextHop) => ({ prefix: '0.0.0.0/0', nextHop })) },
    { from: '2001:db8:20::1/128', routes: bridge(/:/).map((nextHop) => ({ prefix: '::/0', nextHop })) },
  ]);

  const { ledger } = await tap.dump();
  await trench.configure([{ ...web, vips: ['2001:db8:20::1/128', '20.0.0.1/32'] }]);
  await tap.dumps('the other order heard', (dump) => (dump.ledger?.applied ?? 0n) > (ledger?.applied ?? 0n));
  await trench.configure([{ ...web, vips: ['2001:db8:20::1/128'] }]);
  await vipsAre(trench, ['2001:db8:20::1/128']);
  expect(await requests()).toBe(before + 1n);
  await tap.shows(all([web], 'OPEN'));
  expect(tap.history.of('web').slice(tap.history.of('web').indexOf('OPEN'))).toEqual(['OPEN']);
});

test('fifty writes of the configuration in a row: the last VIPs hold, with one Request at most for each that the NSP took (F12)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { renew: '1h' });
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await vipsAre(trench, ['20.0.0.1/32']);
  const targets = trench.targets.now;
  const counts = async () => ({
    taken: await trench.configurations(),
    requests: (await trench.proxyStatus()).counts?.requests ?? 0n,
  });
  const before = await counts();
  for (let nth = 1; nth <= 50; nth += 1) await trench.configure([{ ...web, vips: [`20.0.1.${nth}/32`] }]);
  await vipsAre(trench, ['20.0.1.50/32']);
  const after = await counts();
  expect(after.taken - before.taken).toBeLessThanOrEqual(50n);
  expect(after.requests - before.requests).toBeLessThanOrEqual(after.taken - before.taken);
  expect([tap.statuses, trench.targets.now]).toEqual([all([web], 'OPEN'), targets]);
});

/** Waits until the connection has these VIPs, in whatever order. */
async function vipsAre(trench: TrenchUnderTest, wanted: readonly string[]): Promise<void> {
  await trench.becomes(`VIPs ${wanted.join(' ')}`, ({ connections }) => {
    const vips = connections[0]?.vips ?? [];
    return vips.length === wanted.length && vips.every((vip) => wanted.includes(vip));
  });
}
