// A conduit leaves the configuration while a proxy serves it and a stream of it is open: who says what, who gives back what.

import { IpamAdminServiceDefinition } from '@syncline/proto/ipam-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { api, streams, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

const open = [web, api];

/** The names of the conduits and of the children that the ipam has given addresses to. */
async function given({ ipam }: TrenchUnderTest): Promise<ReadonlySet<string>> {
  using line = connect(ipam.address, { security: { kind: 'plaintext' } });
  const { prefixes } = await line.client(IpamAdminServiceDefinition).status({});
  return new Set(prefixes.map(({ conduit, name }) => `${conduit} ${name}`));
}

async function start() {
  await using stack = new AsyncDisposableStack();
  const trench = stack.use(
    await TrenchUnderTest.start('demo', streams, {
      ipam: { wait: '100ms', releaseDelay: '1s', retryMax: '200ms' },
      proxy: { renew: '300ms', releaseDelay: '1500ms', ipamDeadline: '500ms', requestDeadline: '500ms' },
    }),
  );
  const tap = stack.use(await TapUnderTest.start('target-1', trench.neighbours));
  for (const stream of open) await tap.open(stream);
  await tap.shows(all(open, 'OPEN'));
  const held = stack.move();
  return { trench, tap, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

test('a conduit that is removed loses its connections after the delay, with the reason, gives all back, and works again when it is back', async () => {
  await using started = await start();
  const { trench, tap } = started;
  const [before] = (await trench.proxyStatus()).connections.filter(
    ({ conduit }) => conduit?.conduit === 'edge',
  );
  await trench.configure([web]);
  await trench.becomes('why it is not renewed', ({ conduits }) =>
    conduits.some(({ name, lastError }) => name?.conduit === 'core' && lastError.includes('no such conduit')),
  );
  await tap.shows({ web: 'OPEN', api: 'UNDEFINED' });
  await trench.becomes(
    'no connection of the conduit',
    ({ connections, conduits }) =>
      connections.every(({ conduit }) => conduit?.conduit === 'edge') &&
      conduits.every(({ name, bridgeAddresses }) => name?.conduit === 'edge' || bridgeAddresses.length === 0),
  );
  await tap.isNotOpen(
    api,
    /^the connection was deleted, then: .*"core" has no bridge address .*trench demo has no such conduit/,
  );
  await until(() => given(trench), {
    deadlineMs: 10_000,
    describe: 'nothing of the conduit at the ipam',
    accept: (names) => ![...names].some((name) => name.startsWith('core ')),
  });
  expect(await readMetric(trench.proxy.adminPort, 'proxy_orphaned_total')).toBe(1);
  expect(trench.proxy.logs.join('\n')).toContain('connections ended: the ipam has no such conduit any more');
  expect(tap.history.of('web').slice(tap.history.of('web').indexOf('OPEN'))).toEqual(['OPEN']);

  await trench.configure(streams);
  await tap.shows(all(open, 'OPEN'));
  expect((await trench.proxyStatus()).connections.find(({ id }) => id === before?.id)).toEqual(before);
  expect(await readMetric(trench.proxy.adminPort, 'proxy_address_clashes_total')).toBe(0);
});

test('a conduit that is back within the delay keeps its connection and its addresses', async () => {
  await using started = await start();
  const { trench, tap } = started;
  const { connections } = await trench.proxyStatus();
  await trench.configure([web]);
  await tap.shows({ web: 'OPEN', api: 'UNDEFINED' });
  await trench.configure(streams);
  await tap.shows(all(open, 'OPEN'));
  await trench.becomes('no complaint', ({ conduits }) => conduits.every(({ lastError }) => lastError === ''));
  expect((await trench.proxyStatus()).connections).toEqual(connections);
});

test('a conduit that gets the addresses of one that was removed has them alone', async () => {
  await using started = await start();
  const { trench, tap } = started;
  await trench.configure([api]);
  await until(() => given(trench), {
    deadlineMs: 10_000,
    describe: 'the conduit taken back',
    accept: (names) => ![...names].some((name) => name.startsWith('edge ')),
  });
  // The lowest prefix that is free is that of edge, whose connection the proxy still has.
  const taken = { ...web, conduit: 'taker' };
  await trench.configure([api, taken]);
  await until(() => given(trench), {
    deadlineMs: 10_000,
    describe: 'the prefix given out again',
    accept: (names) => names.has('taker '),
  });
  await trench.becomes(
    'no address of the prefix with the proxy',
    ({ connections }) => connections.length === 1,
  );
  await tap.shows({ web: 'UNAVAILABLE', api: 'OPEN' });
});
