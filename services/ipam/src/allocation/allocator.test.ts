import { expect, test } from 'vitest';
import { EndedError, ExhaustedError, LimitError } from './allocation-error.ts';
import { AllocatorUnderTest, child } from './allocator.fixture.ts';

const minutes = 60_000;

test('a name has one address, however often it asks, and another name another', async () => {
  await using ipam = await AllocatorUnderTest.start();
  expect(await ipam.address(child('a'))).toBe('169.255.0.1');
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
  expect(await ipam.address(child('a'))).toBe('169.255.0.1');
  expect(await ipam.address(child('a', { family: 'ipv6' }))).toBe('fd00::1');
  expect(await ipam.address(child('a', { node: 'n2' }))).toBe('169.255.1.1');
  expect(await ipam.address(child('a', { conduit: 'core' }))).toBe('169.255.16.1');
  expect(ipam.allocator.counts.allocated).toEqual({ new: 5, held: 1, revived: 0 });
});

test('names that ask at once are committed together and have addresses of their own', async () => {
  await using ipam = await AllocatorUnderTest.start({ settings: { batch: 100 } });
  const names = Array.from({ length: 60 }, (_, i) => child(`child-${i % 50}`));
  const addresses = await Promise.all(names.map((name) => ipam.address(name)));
  expect(new Set(addresses).size).toBe(50);
  expect(addresses.slice(50)).toEqual(addresses.slice(0, 10));
  expect(ipam.allocator.counts.commits).toBe(1);
});

test('a released address is held back for its owner, who gets it again within the delay', async () => {
  await using ipam = await AllocatorUnderTest.start();
  await ipam.address(child('a'));
  await ipam.allocator.release(child('a'));
  await ipam.pass(19_999);
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
  expect(await ipam.address(child('a'))).toBe('169.255.0.1');
  await ipam.pass(60_000);
  expect(await ipam.address(child('c'))).toBe('169.255.0.3');
  expect(ipam.allocator.counts).toMatchObject({ allocated: { revived: 1 }, released: 1 });
});

test('after the delay a released address is the next one to be given, whatever its owner releases again', async () => {
  await using ipam = await AllocatorUnderTest.start();
  for (const name of ['a', 'b']) await ipam.address(child(name));
  await ipam.allocator.release(child('a'));
  await ipam.pass(15_000);
  await ipam.allocator.release(child('a'));
  await ipam.pass(5_000);
  expect(await ipam.address(child('c'))).toBe('169.255.0.1');
  expect(ipam.allocator.counts.removed.released).toBe(1);
});

test('releasing what nobody holds does nothing', async () => {
  await using ipam = await AllocatorUnderTest.start();
  await ipam.allocator.release(child('nobody'));
  expect([ipam.allocator.counts.released, ipam.allocator.holdings.tree.size]).toEqual([0, 0]);
});

test('an address that is asked for every 39 minutes is kept, one that is not is taken back with its node', async () => {
  await using ipam = await AllocatorUnderTest.start({ settings: { collectEveryMs: 10 * minutes } });
  await ipam.address(child('lazy', { node: 'n2' }));
  for (let round = 0; round < 4; round++) {
    expect(await ipam.address(child('busy'))).toBe('169.255.1.1');
    await ipam.pass(39 * minutes);
  }
  const { tree } = ipam.allocator.holdings;
  const edge = tree.conduit('ipv4', { trench: 'demo', conduit: 'edge' });
  expect([...(edge?.nodes.children() ?? [])].map(({ name }) => name)).toEqual(['n1']);
  expect(ipam.allocator.counts.removed).toEqual({ released: 0, stale: 2, unlisted: 0 });
});

test('all that has been silent for too long is taken back at once, however many commits that takes', async () => {
  await using ipam = await AllocatorUnderTest.start({
    settings: { batch: 10, collectEveryMs: 120 * minutes },
  });
  for (let i = 1; i <= 35; i++) await ipam.address(child(`child-${i}`));
  await ipam.pass(120 * minutes);
  expect(ipam.allocator.counts.removed.stale).toBeGreaterThanOrEqual(35);
  expect(ipam.allocator.holdings.tree.size).toBe(0);
});

test('bridge is never taken back for being silent, nor its node and conduit, but it can be released', async () => {
  await using ipam = await AllocatorUnderTest.start();
  expect(await ipam.address(child('bridge'))).toBe('169.255.0.1');
  await ipam.address(child('a'));
  await ipam.pass(24 * 60 * minutes);
  expect(ipam.allocator.holdings.tree.size).toBe(3);
  expect(await ipam.address(child('bridge'))).toBe('169.255.0.1');
  await ipam.allocator.release(child('bridge'));
  await ipam.pass(24 * 60 * minutes);
  expect(ipam.allocator.holdings.tree.size).toBe(0);
});

test('a node that has given out all is full until one is given back', async () => {
  await using ipam = await AllocatorUnderTest.start();
  for (let i = 1; i <= 254; i++) await ipam.address(child(`child-${i}`));
  const refused = ipam.address(child('one-too-many'));
  await expect(refused).rejects.toThrow(ExhaustedError);
  await expect(refused).rejects.toThrow(
    'failed allocating (one-too-many): no more prefix available: node n1 has given out all of 169.255.0.0/24',
  );
  await ipam.allocator.release(child('child-77'));
  await expect(ipam.address(child('one-too-many'))).rejects.toThrow(ExhaustedError);
  await ipam.pass(20_000);
  expect(await ipam.address(child('one-too-many'))).toBe('169.255.0.77');
});

test('a trench has 16 conduits and a conduit 16 nodes in IPv4, and the next one is refused with what is full', async () => {
  await using ipam = await AllocatorUnderTest.start();
  for (let i = 0; i < 16; i++) await ipam.address(child('a', { node: `node-${i}` }));
  await expect(ipam.address(child('a', { node: 'node-16' }))).rejects.toThrow(
    'conduit edge has given out every /24 of 169.255.0.0/20 to its nodes',
  );
  for (let i = 1; i < 16; i++) await ipam.address(child('a', { conduit: `c-${i}` }));
  await expect(ipam.address(child('a', { conduit: 'c-16' }))).rejects.toThrow(
    'failed allocating (c-16): no more prefix available: trench demo has given out every /20 of 169.255.0.0/16',
  );
  expect(await ipam.address(child('a', { trench: 'other' }))).toBe('169.255.0.1');
});

test('there are no more entries than the setting says, and nothing of what is too much', async () => {
  await using ipam = await AllocatorUnderTest.start({ settings: { maxPrefixes: 4 } });
  await ipam.address(child('a'));
  const { tree } = ipam.allocator.holdings;
  await expect(ipam.address(child('a', { node: 'n2' }))).rejects.toThrow(LimitError);
  expect(tree.size).toBe(3);
  await ipam.address(child('b'));
  await expect(ipam.address(child('c'))).rejects.toMatchObject({ limit: 'maxPrefixes' });
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
});

test('requests beyond those that may wait for the disk are refused at once', async () => {
  await using ipam = await AllocatorUnderTest.start({ settings: { maxPending: 2 } });
  const asked = ['a', 'b', 'c'].map((name) => ipam.address(child(name)));
  await expect(asked[2]).rejects.toMatchObject({ limit: 'maxPending' });
  expect(await Promise.all(asked.slice(0, 2))).toEqual(['169.255.0.1', '169.255.0.2']);
});

test('a restart finds every address, and ends the release that was under way after the whole delay', async () => {
  const before = await AllocatorUnderTest.start();
  for (const name of ['a', 'b', 'c']) await before.address(child(name));
  await before.allocator.release(child('b'));
  await before.pass(15_000);
  await using ipam = await before.restart();
  expect(await ipam.address(child('c'))).toBe('169.255.0.3');
  await ipam.pass(19_999);
  expect(await ipam.address(child('d'))).toBe('169.255.0.4');
  await ipam.pass(1);
  expect(await ipam.address(child('e'))).toBe('169.255.0.2');
  expect(await ipam.address(child('a'))).toBe('169.255.0.1');
});

test('a wall clock that is stepped takes nothing back', async () => {
  await using ipam = await AllocatorUnderTest.start();
  await ipam.address(child('a'));
  await ipam.allocator.release(child('a'));
  ipam.clock.stepWall(365 * 24 * 3_600_000);
  await ipam.pass(19_999);
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
});

test('what the loop leaves behind when it ends is refused', async () => {
  const ipam = await AllocatorUnderTest.start();
  await ipam[Symbol.asyncDispose]();
  await expect(ipam.address(child('a'))).rejects.toThrow(EndedError);
});
