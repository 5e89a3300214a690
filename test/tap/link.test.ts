// What becomes of streams when the proxy says that their connection is down or gone, or does not say what it should.

import { expect, test } from 'vitest';
import { api, dns, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('a link that is down takes its streams out of OPEN within a second, with a reason; up again they are OPEN (A13)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { heal: '1h', renew: '1h' });
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const targets = trench.targets.now;

  await trench.setLink('edge', 'DOWN');
  await tap.shows({ web: 'UNAVAILABLE', dns: 'UNAVAILABLE', api: 'OPEN' }, 1_000);
  await tap.isNotOpen(web, /^the connection is down$/);
  // Meridio leaves such targets registered, and so do we unless told otherwise.
  expect(trench.targets.now).toEqual(targets);
  await trench.setLink('edge', 'UP');
  await tap.shows(all(streams, 'OPEN'), 1_000);
});

test('with UNREGISTER_ON_DOWN a link that is down takes its targets out of the registry (A13)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, api]);
  const settings = { heal: '1h', renew: '1h', unregisterOnDown: 'true' };
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, settings);
  await tap.open(web);
  await tap.open(api);
  await tap.shows(all([web, api], 'OPEN'));
  await trench.setLink('edge', 'DOWN');
  await trench.targets.become('the target of api alone', (now) =>
    now.every(({ stream }) => stream === 'api'),
  );
  await tap.shows({ web: 'UNAVAILABLE', api: 'OPEN' });
  await trench.setLink('edge', 'UP');
  await tap.shows(all([web, api], 'OPEN'));
});

test('a link that stays down is healed: another endpoint is asked for', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  await trench.setLink('edge', 'DOWN');
  await tap.shows(all([web], 'UNAVAILABLE'), 1_000);
  await tap.shows(all([web], 'OPEN'));
});

test('a connection that the proxy forgets takes its streams out of OPEN within a second, with a reason, and is asked for again (A13, F8)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const { connections } = await trench.proxyStatus();
  const edge = connections.find(({ conduit }) => conduit?.conduit === 'edge');
  const listsBefore = tap.history.lists.length;
  await trench.fault({ $case: 'hang', value: {} }, 'edge');
  await trench.deleteConnection(edge?.id ?? '');
  await tap.shows({ web: 'UNAVAILABLE', dns: 'UNAVAILABLE', api: 'OPEN' }, 1_000);
  await tap.isNotOpen(web, /^the connection was deleted/);
  await trench.clearFaults();
  await trench.becomes('two connections', (status) => status.connections.length === 2);
  await tap.shows(all(streams, 'OPEN'));
  const later = tap.history.lists.slice(listsBefore);
  expect(later.every((statuses) => statuses['api'] === 'OPEN')).toBe(true);
});

test('a monitor that tells nothing at first, ends at once, repeats, reorders or loses events: streams open and follow all the same (F8)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, dns]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { renew: '500ms' });
  for (const fault of [
    'noInitialEvent',
    'endMonitor',
    'duplicateEvents',
    'reorderEvents',
    'dropEvents',
  ] as const) {
    await trench.fault({ $case: fault, value: {} });
    await tap.open(web);
    await tap.open(dns);
    await tap.shows(all([web, dns], 'OPEN'));
    const before = await addresses();
    await trench.changeSubnet('edge');
    await trench.becomes('other addresses', ({ connections }) =>
      connections.every(({ srcIps }) => !srcIps.some((ip) => before.includes(ip))),
    );
    const now = await addresses();
    await trench.targets.become(`the new addresses with ${fault}`, () => {
      const enabled = [...trench.targets.enabled('web'), ...trench.targets.enabled('dns')];
      return enabled.length === 2 && enabled.every(({ ips }) => ips.every((ip) => now.includes(ip)));
    });
    await trench.clearFaults();
    await tap.close(web);
    await tap.close(dns);
    await tap.idle();
    await trench.targets.become('an empty registry', (now) => now.length === 0);
  }
  expect(trench.targets.problems(100, vips)).toEqual([]);
  const { ledger } = await tap.dump();
  const { received = 0n, applied = 0n, stale = 0n, quarantined = 0n } = ledger ?? {};
  expect(received).toBeGreaterThan(0n);
  expect([received, quarantined]).toEqual([applied + stale, 0n]);

  async function addresses(): Promise<readonly string[]> {
    return (await trench.proxyStatus()).connections.flatMap(({ srcIps }) => srcIps);
  }
});

test('a proxy that hangs, fails or answers late: Open and Close are answered at once, and the rest follows when it is well (F7, I1)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, { request: '500ms' });
  const faults = [
    { $case: 'hang', value: {} },
    { $case: 'error', value: { code: 13, message: 'no forwarder' } },
    { $case: 'delay', value: { ms: 1_000 } },
  ] as const;
  for (const fault of faults) {
    await trench.fault(fault, 'edge');
    for (const stream of streams) await tap.open(stream);
    // The other conduit is none the worse for it (I10).
    await tap.shows({ web: 'UNAVAILABLE', dns: 'UNAVAILABLE', api: 'OPEN' });
    if (fault.$case === 'error') await tap.isNotOpen(web, /no forwarder/);
    await tap.close(dns);
    await trench.clearFaults();
    await tap.shows(all([web, api], 'OPEN'));
    for (const stream of streams) await tap.close(stream);
    await tap.idle();
    await trench.becomes('no connection', ({ connections }) => connections.length === 0);
    await trench.targets.become('an empty registry', (now) => now.length === 0);
  }
  expect(tap.slowestMs).toBeLessThan(1_000);
});
