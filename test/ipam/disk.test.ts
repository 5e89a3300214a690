// F19: disks that are full, refuse or do not answer.

import { Status } from 'nice-grpc-common';
import { afterAll, expect, test } from 'vitest';
import { SmallDisk } from '../small-disk.ts';
import { IpamUnderTest } from './ipam-under-test.ts';

const disk = SmallDisk.mount(4);

afterAll(() => disk?.[Symbol.dispose]());

/** Asks for names until one is refused, and gives the refusal and how many were not. */
async function fillUp(ipam: IpamUnderTest): Promise<{ readonly told: number; readonly refusal: unknown }> {
  for (let told = 0; ; told++) {
    try {
      await ipam.allocate(`${'x'.repeat(1_000)}-${told}`, { node: `n${Math.floor(told / 200)}` });
    } catch (refusal) {
      return { told, refusal };
    }
  }
}

test.skipIf(disk === undefined)(
  'F19: a full disk refuses what is new, keeps and answers what is held, and mends',
  async () => {
    await using ipam = await IpamUnderTest.start({}, disk?.directory('full'));
    await ipam.allocate('held');
    disk?.fill(64 << 10);
    const { told, refusal } = await fillUp(ipam);
    expect(refusal).toMatchObject({
      code: Status.UNAVAILABLE,
      details: expect.stringMatching(/^the disk refuses \((disk-full|io)\): write: /) as string,
    });
    expect(await ipam.allocate('held')).toBe('169.255.0.1/24');
    expect((await ipam.status()).counts?.addresses).toBe(1 + told);
    expect(await ipam.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringContaining('the disk refuses') as string,
    });
    await ipam.kill();
    disk?.makeRoom();
    await ipam.restart();
    expect((await ipam.status()).counts?.addresses).toBe(1 + told);
    expect(await ipam.allocate('held')).toBe('169.255.0.1/24');
    await ipam.allocate('new');
  },
);

test.skipIf(disk === undefined)(
  'F19: a disk that has room again is used again, without a restart',
  async () => {
    await using ipam = await IpamUnderTest.start({ storeRetryMax: '200ms' }, disk?.directory('mended'));
    disk?.fill(64 << 10);
    await fillUp(ipam);
    disk?.makeRoom();
    await expect.poll(() => ipam.readiness()).toEqual({ ready: true });
    await ipam.allocate('new');
  },
);

test.skipIf(disk === undefined)(
  'F19: what has room on a disk is taken, however often it changes and though others have filled the disk',
  async () => {
    await using ipam = await IpamUnderTest.start({ releaseDelay: '0ms' }, disk?.directory('churned'));
    const churn = async (times: number) => {
      for (let n = 0; n < times; n++) {
        const name = `${'x'.repeat(1_000)}-${n % 10}`;
        await ipam.allocate(name);
        await ipam.release(name);
      }
    };
    // A file that has held as much need not grow, however late what is released is removed.
    const names = Array.from({ length: 20 }, (_, n) => `${'y'.repeat(1_000)}-${n}`);
    for (const name of names) await ipam.allocate(name);
    for (const name of names) await ipam.release(name);
    // A log of its changes is several times as large as the disk.
    await churn(1_000);
    // A log begins anew, and has room for a few of them.
    await ipam.restart();
    disk?.fill(128 << 10);
    await churn(300);
    expect(await ipam.readiness()).toEqual({ ready: true });
    disk?.makeRoom();
  },
);

test('F19: a file that may not grow refuses in the same way', async () => {
  await using ipam = await IpamUnderTest.start({ disk: '256KiB' });
  const { told, refusal } = await fillUp(ipam);
  expect(refusal).toMatchObject({ code: Status.UNAVAILABLE });
  await ipam.restart();
  expect((await ipam.status()).counts?.addresses).toBe(told);
});

test('a commit that is refused now and then is refused whole', async () => {
  await using ipam = await IpamUnderTest.start({ failpoints: 'apply.before-commit=error:no such disk@2' });
  expect(await ipam.allocate('a')).toBe('169.255.0.1/24');
  await expect(ipam.allocate('b')).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'the disk refuses (io): write: no such disk (FAILPOINT)',
  });
  expect([...(await ipam.addresses()).keys()]).toEqual(['a']);
  expect(await ipam.allocate('b')).toBe('169.255.0.2/24');
});

test('a commit that is not answered in time is looked up, and nobody is told a wrong address', async () => {
  await using ipam = await IpamUnderTest.start({
    failpoints: 'apply.after-commit=block:4000@2',
    // Long enough for a start.
    storeDeadline: '2s',
    storeRetryMax: '200ms',
  });
  await ipam.allocate('a');
  await expect(ipam.allocate('b')).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  expect(await ipam.allocate('c')).toBe('169.255.0.3/24');
  expect(await ipam.allocate('b')).toBe('169.255.0.2/24');
});
