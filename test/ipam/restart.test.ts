// Processes that die and come back: nothing that was answered is lost, and nothing is given twice (I18).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { IpamUnderTest } from './ipam-under-test.ts';

const names = Array.from({ length: 20 }, (_, i) => `child-${i}`);

test('a stop and a start, and kill -9 and a start, give every name its address again', async () => {
  await using ipam = await IpamUnderTest.start();
  for (const name of names) await ipam.allocate(name);
  const before = await ipam.addresses();
  await ipam.restart();
  expect(await ipam.addresses()).toEqual(before);
  await ipam.kill();
  await ipam.restart();
  for (const name of names.toReversed())
    expect(await ipam.allocate(name)).toBe(before.get(name)?.replace('/32', '/24'));
  expect(await ipam.allocate('one-more')).toBe('169.255.0.21/24');
});

test.for([
  ['apply.before-commit=kill@7', 'it is not kept'],
  ['apply.after-commit=kill@7', 'it is kept, though nobody was told'],
] as const)('killed at %s: what was answered is kept; of the last, %s', async ([failpoints, last]) => {
  await using ipam = await IpamUnderTest.start({ failpoints });
  const told = new Map<string, string>();
  for (const name of names) {
    try {
      told.set(name, await ipam.allocate(name));
    } catch {
      break;
    }
  }
  expect(await ipam.service.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(told.size).toBe(6);
  await ipam.restart({ failpoints: '' });
  expect((await ipam.addresses()).size).toBe(last === 'it is not kept' ? 6 : 7);
  for (const [name, address] of told) expect(await ipam.allocate(name)).toBe(address);
  const all = await Promise.all(names.map((name) => ipam.allocate(name)));
  expect(new Set(all).size).toBe(names.length);
});

test.for(['before', 'after'] as const)(
  'killed %s a release is committed: the address is never given to another while its owner may have it',
  async (when) => {
    await using ipam = await IpamUnderTest.start({
      failpoints: `apply.${when}-commit=kill@2`,
      releaseDelay: '400ms',
    });
    const address = await ipam.allocate('a');
    await expect(ipam.release('a')).rejects.toMatchObject({ code: Status.UNAVAILABLE });
    await ipam.service.exited;
    await ipam.restart({ failpoints: '' });
    const { counts } = await ipam.status();
    expect(counts).toMatchObject({ addresses: 1, releasing: when === 'after' ? 1 : 0 });
    // Whatever became of the release, who asks within the delay has the same address.
    expect(await ipam.allocate('a')).toBe(address);
    expect(await ipam.allocate('b')).not.toBe(address);
  },
);

test('killed under load, again and again, no address is told twice', async () => {
  await using ipam = await IpamUnderTest.start();
  const told = new Map<string, string>();
  for (let life = 0; life < 4; life++) {
    const asked = Array.from({ length: 60 }, async (_, i) => {
      const name = `child-${(life * 30 + i) % 120}`;
      const address = await ipam.allocate(name);
      expect(told.get(name) ?? address).toBe(address);
      told.set(name, address);
    });
    const settled = Promise.allSettled(asked);
    await until(() => told.size > life * 30, { deadlineMs: 5_000, describe: 'an answer' });
    await ipam.kill();
    const failed = (await settled).filter((each) => each.status === 'rejected');
    for (const { reason } of failed) expect(String(reason)).toMatch(/UNAVAILABLE|CANCELLED|DEADLINE/);
    await ipam.restart();
  }
  expect(new Set(told.values()).size).toBe(told.size);
  for (const [name, address] of told) expect(await ipam.allocate(name)).toBe(address);
});

test('prefixes that are given out cannot be cut otherwise: the start says what is kept', async () => {
  await using ipam = await IpamUnderTest.start();
  await ipam.allocate('a');
  await expect(ipam.restart({ ipv4Prefix: '10.0.0.0/16' })).rejects.toMatchObject({
    exit: { code: 1 },
    message: expect.stringContaining(
      'the ipv4 prefixes that are kept are cut as 169.255.0.0/16, /20, /24, /32, the settings say 10.0.0.0/16',
    ) as string,
  });
});

test('a file that is no database is named, and nothing is served', async () => {
  await using ipam = await IpamUnderTest.start();
  await ipam.service.stop();
  const file = join(ipam.service.dataDir, 'ipam', 'addresses.db');
  writeFileSync(file, 'this is plain text, and long enough to be a header '.repeat(20));
  await expect(ipam.restart()).rejects.toMatchObject({
    exit: { code: 1 },
    message: expect.stringContaining(`cannot open the database ${file}: file is not a database`) as string,
  });
});

test('two processes on one folder: the second says who has it', async () => {
  await using ipam = await IpamUnderTest.start();
  await expect(IpamUnderTest.start({ storeDeadline: '2001ms' }, ipam.service.dataDir)).rejects.toMatchObject({
    exit: { code: 1 },
    message: expect.stringContaining('database is locked') as string,
  });
});
