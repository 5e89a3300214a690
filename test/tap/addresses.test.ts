// The addresses of a connection become others while streams are open.

import { expect, test } from 'vitest';
import { api, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

test('a proxy that gives other addresses: the target moves with its identifier, within a second, and nobody else notices (A3)', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of streams) await tap.open(stream);
  await tap.shows(all(streams, 'OPEN'));
  const [before] = trench.targets.enabled('web');
  const [other] = trench.targets.enabled('api');
  const heardBefore = trench.targets.lists.length;
  const listsBefore = tap.history.lists.length;

  await trench.changeSubnet('edge');
  const beganMs = performance.now();
  await trench.targets.become('web enabled at another address', () => {
    const [now] = trench.targets.enabled('web');
    return now !== undefined && now.ips.join() !== before?.ips.join();
  });
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  await tap.shows(all(streams, 'OPEN'));
  await trench.targets.become('three targets', (now) => now.length === 3);
  expect(trench.targets.enabled('web')).toMatchObject([{ identifier: before?.identifier }]);
  expect(trench.targets.enabled('api')).toEqual([other]);
  // The other conduit was left alone: its target was on every list, as it is.
  for (const list of trench.targets.lists.slice(heardBefore)) expect(list).toContainEqual(other);
  for (const statuses of tap.history.lists.slice(listsBefore)) expect(statuses['api']).toBe('OPEN');
  expect(trench.targets.problems(100, vips)).toEqual([]);
});

test('addresses that change again and again while streams are being opened end in one target each', async () => {
  await using trench = await TrenchUnderTest.start('demo', streams);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (let round = 0; round < 10; round += 1) {
    for (const stream of streams) await (round % 2 === 0 ? tap.open(stream) : tap.close(stream));
    await trench.changeSubnet('edge');
  }
  for (const stream of streams) await tap.open(stream);
  await trench.changeSubnet('edge');
  await tap.shows(all(streams, 'OPEN'));
  const { connections } = await trench.becomes(
    'two connections',
    (status) => status.connections.length === 2,
  );
  const addressesOf = (conduit: string) =>
    connections.find(({ conduit: name }) => name?.conduit === conduit)?.srcIps.toSorted();
  await trench.targets.become('the targets at the addresses of the connections', (now) => {
    const enabled = now.filter(({ status }) => status === 'ENABLED');
    return (
      now.length === 3 &&
      enabled.length === 3 &&
      enabled.every(({ stream, ips }) => {
        const own = addressesOf(stream === 'api' ? 'core' : 'edge') ?? [];
        return ips.every((ip) => own.includes(ip));
      })
    );
  });
  expect(trench.targets.problems(100, vips)).toEqual([]);
});

test('a connection that is made anew over a bridge without addresses, which has them back later: the target stays (F3)', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web, api]);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  await tap.open(web);
  await tap.shows(all([web], 'OPEN'));
  const target = trench.targets.now;
  const heardBefore = trench.targets.lists.length;
  const [connection] = (await trench.proxyStatus()).connections;
  for (let round = 0; round < 3; round += 1) {
    await trench.fault({ $case: 'noBridgeAddress', value: {} }, 'edge');
    await trench.deleteConnection(connection?.id ?? '');
    await tap.dumps('no gateways', ({ conduits }) => conduits[0]?.gateways.length === 0);
    await tap.shows(all([web], 'OPEN'));
    await trench.clearFaults();
    await tap.dumps('gateways', ({ conduits }) => (conduits[0]?.gateways.length ?? 0) > 0);
  }
  for (const list of trench.targets.lists.slice(heardBefore)) expect(list).toEqual(target);
  expect(tap.statuses).toEqual(all([web], 'OPEN'));
});
