// F19, F20 at the NSP: disks that are full, that refuse, or hold what is no database.

import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Target_Status as Status } from '@syncline/proto/nsp-targetregistry.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { ServiceError } from '@syncline/testkit/service-process.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status as Code } from 'nice-grpc-common';
import { afterAll, expect, test } from 'vitest';
import { SmallDisk } from '../small-disk.ts';
import { aTarget, demo, NspUnderTest, watchTargets } from './nsp-under-test.ts';

const text = await readFile(demo, 'utf8');
const disk = SmallDisk.mount(8);

afterAll(() => disk?.[Symbol.dispose]());

/** Registers until the disk refuses, and gives what it said. */
async function untilRefused(nsp: NspUnderTest): Promise<{ readonly error: unknown; readonly taken: number }> {
  const note = 'x'.repeat(2_000);
  for (let n = 0; n < 5_000; n++) {
    try {
      await nsp.registry.register(
        aTarget(`10.${n >> 8}.${n & 255}.1/16`, { context: { identifier: '1', note } }),
      );
    } catch (error) {
      return { error, taken: n };
    }
  }
  throw new Error('the disk never refused');
}

test.skipIf(disk === undefined)(
  'F19: a full disk refuses with the reason and keeps all that was answered; who refreshes lives; room mends it',
  async () => {
    await using nsp = await NspUnderTest.start(text, { entryTimeout: '5s' }, disk?.directory('nsp'));
    await nsp.enable(aTarget('172.16.0.1/24'));
    disk?.fill(96 << 10);
    const { error, taken } = await untilRefused(nsp);
    expect(error).toMatchObject({
      code: Code.UNAVAILABLE,
      details: expect.stringMatching(/the disk refuses: .*full/) as string,
    });
    expect((await nsp.targets()).length).toBe(1 + taken);
    // Nothing has to be written for a refresh, so it works.
    await nsp.registry.register(aTarget('172.16.0.1/24'));
    await nsp.kill();
    await nsp.restart();
    expect((await nsp.targets()).length).toBe(1 + taken);
    using watch = watchTargets(nsp);
    const refreshing = setInterval(
      () => void nsp.registry.register(aTarget('172.16.0.1/24')).catch(() => {}),
      500,
    );
    try {
      // They expire though their rows cannot be removed.
      await watch.until(
        'the others’ expiry',
        (message) => message === watch.last && message.targets.length === 1,
      );
    } finally {
      clearInterval(refreshing);
    }
    disk?.makeRoom();
    await until(async () => (await nsp.readiness()).ready, { deadlineMs: 10_000, describe: 'being ready' });
    await nsp.registry.register(aTarget('172.16.0.9/24'));
    await nsp.kill();
    await nsp.restart();
    expect((await nsp.targets()).map(({ ips: [ip] }) => ip)).toEqual(['172.16.0.1/24', '172.16.0.9/24']);
  },
);

test('F19: a commit that fails once is told, and the next call does it', async () => {
  await using nsp = await NspUnderTest.start(text, {
    failpoints: 'targets.before-commit=error:no such disk@2',
  });
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  await expect(nsp.registry.register(aTarget('10.0.0.1/24'))).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
    details: expect.stringContaining('no such disk') as string,
  });
  expect((await nsp.targets())[0]?.status).toBe(Status.DISABLED);
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  expect((await nsp.targets())[0]?.status).toBe(Status.ENABLED);
  expect(await nsp.readiness()).toEqual({ ready: true });
});

test('F19: while the disk refuses everything it is not ready, and says why; refreshes work all the same', async () => {
  await using nsp = await NspUnderTest.start(text);
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  await nsp.restart({ failpoints: 'targets.before-commit=error:no such disk' });
  await expect(nsp.registry.register(aTarget('10.0.0.1/24'))).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
  });
  expect(await nsp.readiness()).toEqual({
    ready: false,
    reason: 'the disk refuses: write targets: no such disk (FAILPOINT)',
  });
  await nsp.registry.register(aTarget('10.0.0.1/24', { status: Status.DISABLED }));
  expect(await readMetric(nsp.service.adminPort, 'nsp_store_refused_total')).toBeGreaterThan(0);
});

test('a disk that hangs is given up after its deadline; what it wrote too late is set right', async () => {
  await using nsp = await NspUnderTest.start(text, {
    storeDeadline: '2s',
    failpoints: 'targets.before-commit=block:4000@2',
  });
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  await expect(nsp.registry.register(aTarget('10.0.0.2/24'))).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
    details: expect.stringContaining('did not answer') as string,
  });
  expect((await nsp.targets()).length).toBe(1);
  await until(async () => (await nsp.readiness()).ready, { deadlineMs: 10_000, describe: 'being ready' });
  await nsp.kill();
  await nsp.restart({ failpoints: '' });
  expect((await nsp.targets()).map(({ ips }) => ips[0])).toEqual(['10.0.0.1/24']);
});

test('F20: a write-ahead log without its end is what some commit left; it starts and goes on', async () => {
  await using nsp = await NspUnderTest.start(text);
  for (let n = 1; n <= 5; n++) await nsp.registry.register(aTarget(`10.0.0.${n}/24`));
  await nsp.kill();
  const log = join(nsp.service.dataDir, 'nsp', 'registry.db-wal');
  const { length } = await readFile(log);
  await truncate(log, length - 100);
  await nsp.restart();
  const found = (await nsp.targets()).map(({ ips }) => ips[0]);
  expect(found).toEqual([1, 2, 3, 4].map((n) => `10.0.0.${n}/24`));
  await nsp.registry.register(aTarget('10.0.0.9/24'));
});

test('a file that is no database stops the start, with the name of the file', async () => {
  await using nsp = await NspUnderTest.start(text);
  await nsp.service.stop();
  const file = join(nsp.service.dataDir, 'nsp', 'registry.db');
  await writeFile(file, 'no database at all, but long enough to hold the header '.repeat(20));
  const failure: unknown = await nsp.restart().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServiceError);
  expect(String(failure)).toContain(`cannot open the database ${file}`);
});
