import { IPFamily } from '@syncline/proto/ipam-v1.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { expect, test } from 'vitest';
import { IpamUnderTest } from './ipam-under-test.ts';

test('addresses come with the length of their node, stay, and are shown', async () => {
  await using ipam = await IpamUnderTest.start();
  expect(await ipam.allocate('pod-0-src')).toBe('169.255.0.1/24');
  expect(await ipam.allocate('pod-0-src', { family: IPFamily.IPV6 })).toBe('fd00::1/64');
  expect(await ipam.allocate('pod-0-dst')).toBe('169.255.0.2/24');
  expect(await ipam.allocate('pod-0-src')).toBe('169.255.0.1/24');
  expect(await ipam.allocate('bridge', { node: 'n2' })).toBe('169.255.1.1/24');
  const { prefixes, counts } = await ipam.status();
  expect(counts).toMatchObject({ trenches: 1, conduits: 1, nodes: 2, addresses: 4, releasing: 0 });
  expect(prefixes.find(({ name }) => name === 'pod-0-dst')).toMatchObject({
    trench: 'demo',
    conduit: 'edge',
    node: 'n1',
    prefix: '169.255.0.2/32',
    releasing: false,
  });
  expect(prefixes.find(({ name }) => name === 'bridge')?.expiresInMs).toBe(0n);
  expect(await readMetric(ipam.service.adminPort, 'ipam_allocations_total', { outcome: 'new' })).toBe(4);
  await ipam.service.stop();
  expect(await ipam.service.exited).toEqual({ code: 0, signal: null });
});

test('a release is over after the delay, and not when its owner asks within it', async () => {
  await using ipam = await IpamUnderTest.start({ releaseDelay: '300ms' });
  await ipam.allocate('a');
  await ipam.allocate('b');
  await ipam.release('a');
  await ipam.release('b');
  expect((await ipam.status()).counts?.releasing).toBe(2);
  expect(await ipam.allocate('b')).toBe('169.255.0.2/24');
  await ipam.becomes('the release being over', ({ counts }) => counts?.addresses === 1);
  expect(await ipam.allocate('c')).toBe('169.255.0.1/24');
  expect(await ipam.addresses()).toEqual(
    new Map([
      ['b', '169.255.0.2/32'],
      ['c', '169.255.0.1/32'],
    ]),
  );
});

test('what nobody asks for is taken back, but for bridge', async () => {
  await using ipam = await IpamUnderTest.start({ stale: '200ms', collect: '100ms' });
  await ipam.allocate('bridge');
  await ipam.allocate('a', { node: 'n2' });
  const { counts } = await ipam.becomes('being collected', (status) => status.counts?.nodes === 1);
  expect(counts).toMatchObject({ addresses: 1, collectedTotal: 2n });
  expect([...(await ipam.addresses()).keys()]).toEqual(['bridge']);
});

test('Status comes in pages, which are the whole when they are put together', async () => {
  await using ipam = await IpamUnderTest.start();
  for (const conduit of ['edge', 'core'])
    for (const name of ['a', 'b']) await ipam.allocate(name, { conduit, family: IPFamily.IPV6 });
  const whole = (await ipam.status()).prefixes;
  const paged: typeof whole = [];
  let pageToken = '';
  do {
    const { prefixes, nextPageToken } = await ipam.admin.status({ pageSize: 2, pageToken });
    expect(prefixes.length).toBeLessThanOrEqual(2);
    paged.push(...prefixes);
    pageToken = nextPageToken;
  } while (pageToken !== '');
  const shown = ({ conduit, node, name, prefix }: (typeof whole)[number]) => [conduit, node, name, prefix];
  expect(paged.map(shown)).toEqual(whole.map(shown));
  expect(whole.map(({ prefix }) => prefix)).toEqual([
    'fd00::/48',
    'fd00:0:0:100::/56',
    'fd00:0:0:100::/64',
    'fd00:0:0:100::1/128',
    'fd00:0:0:100::2/128',
    'fd00::/56',
    'fd00::/64',
    'fd00::1/128',
    'fd00::2/128',
  ]);
  const { prefixes } = await ipam.admin.status({ trench: 'demo', conduit: 'core' });
  expect(prefixes).toHaveLength(5);
});

test('a hundred clients at once have a hundred addresses', async () => {
  await using ipam = await IpamUnderTest.start();
  const names = Array.from({ length: 200 }, (_, i) => `child-${i % 100}`);
  const addresses = await Promise.all(names.map((name) => ipam.allocate(name)));
  expect(new Set(addresses).size).toBe(100);
  expect(addresses.slice(100)).toEqual(addresses.slice(0, 100));
});
