// Conduits that an NSP lists: waited for, made, and taken back when they are no longer listed.

import { expect, test } from 'vitest';
import { LimitError, NoConduitError } from './allocation-error.ts';
import { AllocatorUnderTest, child } from './allocator.fixture.ts';

const minutes = 60_000;
const core = (name: string) => child(name, { conduit: 'core' });

function conduitsOf({ allocator }: AllocatorUnderTest): string[] {
  return [...allocator.holdings.tree.conduits()].map(({ name, trench }) => `${trench.family} ${name}`);
}

test('conduits have their prefixes as soon as they are listed, in the order of the list', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  await ipam.configure('edge', 'core');
  expect(conduitsOf(ipam)).toEqual(['ipv4 edge', 'ipv4 core', 'ipv6 edge', 'ipv6 core']);
  expect(await ipam.address(core('a'))).toBe('169.255.16.1');
});

test('who asks for a conduit that is not configured waits, and has its address when it is', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  await ipam.configure('core');
  const asked = ipam.address(child('a'));
  await ipam.pass(10_000);
  expect(ipam.list.waiting).toBe(1);
  await ipam.configure('core', 'edge');
  expect(await asked).toBe('169.255.16.1');
  expect(ipam.list.waiting).toBe(0);
});

test('a wait ends with the deadline of the caller, and nobody waits any more', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  const deadline = new AbortController();
  const asked = ipam.address(child('a'), deadline.signal);
  deadline.abort(new Error('the deadline of the caller'));
  await expect(asked).rejects.toThrow('the deadline of the caller');
  expect(ipam.list.waiting).toBe(0);
});

test.for([
  ['nobody has said anything', undefined, 'the NSP has not been heard yet, waited 30000 ms'],
  ['the trench has no conduit', [], 'no corresponding trench: no conduit of demo is configured'],
  [
    'the trench has others',
    ['core'],
    'failed getting conduit (edge) while allocating (a): trench demo has no',
  ],
] as const)('a wait is over after its time, and says what is lacking: %s', async ([, conduits, text]) => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  if (conduits !== undefined) await ipam.configure(...conduits);
  const asked = ipam.address(child('a'));
  const refused = expect(asked).rejects.toThrow(text);
  await ipam.pass(30_000);
  await refused;
  await expect(asked).rejects.toThrow(NoConduitError);
});

test('no more wait than may, and one who goes makes room', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp', maxWaiting: 2 });
  const leaving = new AbortController();
  const gone = expect(ipam.address(child('a'), leaving.signal)).rejects.toThrow('gone');
  const waiting = ipam.address(child('b'));
  await expect(ipam.address(child('c'))).rejects.toThrow(LimitError);
  leaving.abort(new Error('gone'));
  await gone;
  const later = ipam.address(child('c'));
  await ipam.configure('edge');
  expect((await Promise.all([waiting, later])).sort()).toEqual(['169.255.0.1', '169.255.0.2']);
});

test('a conduit that is no longer listed is taken back after the delay, with all below it', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  await ipam.configure('edge', 'core');
  for (const name of ['a', 'bridge']) await ipam.address(child(name));
  await ipam.configure('core');
  await ipam.pass(20_000);
  expect(conduitsOf(ipam)).toEqual(['ipv4 core', 'ipv6 core']);
  expect(ipam.store.leases(undefined, 10)).toEqual([]);
  await ipam.configure('core', 'new');
  expect(await ipam.address(child('a', { conduit: 'new' }))).toBe('169.255.0.1');
  expect(ipam.allocator.counts.removed.unlisted).toBe(2);
});

test('a conduit that is listed again within the delay keeps everything', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp' });
  await ipam.configure('edge');
  await ipam.address(child('a'));
  await ipam.address(child('b'));
  await ipam.configure();
  const asked = ipam.address(child('b'));
  await ipam.pass(19_999);
  await ipam.configure('edge');
  expect(await asked).toBe('169.255.0.2');
  await ipam.pass(30 * minutes);
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
});

test('after a restart what was kept is served before the NSP is heard', async () => {
  const before = await AllocatorUnderTest.start({ source: 'nsp' });
  await before.configure('edge');
  await before.address(child('a'));
  await using ipam = await before.restart({ source: 'nsp' });
  expect(await ipam.address(child('a'))).toBe('169.255.0.1');
  expect(await ipam.address(child('b'))).toBe('169.255.0.2');
  await ipam.pass(60 * minutes);
  expect(conduitsOf(ipam)).toEqual(['ipv4 edge', 'ipv6 edge']);
});

test('conduits beyond those that fit are told, and have their prefix when there is room', async () => {
  await using ipam = await AllocatorUnderTest.start({ source: 'nsp', settings: { families: ['ipv4'] } });
  const names = Array.from({ length: 18 }, (_, i) => `c-${i}`);
  await ipam.configure(...names);
  expect(ipam.unplaced).toEqual([
    [expect.stringContaining('(c-16): no more prefix'), expect.stringContaining('(c-17): no more prefix')],
  ]);
  await ipam.configure(...names.slice(2));
  await ipam.pass(20_000);
  expect(ipam.unplaced.at(-1)).toEqual([]);
  expect(await ipam.address(child('a', { conduit: 'c-17' }))).toBe('169.255.16.1');
});

test('a conduit without nodes stays while it is listed, and not when it was made on first use', async () => {
  const lives = { nsp: ['ipv4 edge', 'ipv6 edge'], 'first-use': [] };
  for (const source of ['nsp', 'first-use'] as const) {
    await using ipam = await AllocatorUnderTest.start({ source });
    if (source === 'nsp') await ipam.configure('edge');
    await ipam.address(child('a'));
    await ipam.pass(24 * 60 * minutes);
    expect(conduitsOf(ipam)).toEqual(lives[source]);
  }
});
