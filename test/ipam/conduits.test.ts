// Conduits that come and go in the configuration of a real NSP.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { IpamUnderTest } from './ipam-under-test.ts';

let dir: TempDir;
let nsp: Service;

beforeAll(async () => {
  dir = await tempDir('conduits');
  await configure('edge');
  nsp = await startService({
    service: 'nsp',
    env: {
      SYNCLINE_NSP_CONFIGURATION: join(dir.path, 'trench.yaml'),
      SYNCLINE_NSP_SETTLE: '10ms',
      SYNCLINE_NSP_POLL: '100ms',
    },
  });
});
beforeEach(() => configure('edge'));
afterAll(async () => {
  await nsp[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** The trench demo has these conduits. */
async function configure(...conduits: readonly string[]): Promise<void> {
  const items = conduits.map((name) => ({ name, trench: 'demo' }));
  await writeFile(
    join(dir.path, 'next.yaml'),
    JSON.stringify({ trench: { name: 'demo' }, conduits: { items } }),
  );
  await rename(join(dir.path, 'next.yaml'), join(dir.path, 'trench.yaml'));
}

test('a conduit of the configuration has its prefix before anybody asks, and the ipam is ready then', async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address });
  await ipam.becomes('having the conduit', ({ counts }) => counts?.conduits === 1);
  expect(await ipam.readiness()).toEqual({ ready: true });
  expect(await ipam.allocate('a')).toBe('169.255.0.1/24');
});

test('who asks for an unknown conduit waits without work, and has its address when it is configured', async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address });
  await ipam.allocate('a');
  const asked = ipam.allocate('a', { conduit: 'core' });
  await ipam.becomes('waiting', ({ counts }) => counts?.waiting === 1);
  await configure('edge', 'core');
  expect(await asked).toBe('169.255.16.1/24');
  expect((await ipam.status()).counts?.waiting).toBe(0);
});

test("a wait ends with the caller's deadline, and otherwise with what is lacking", async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address, wait: '400ms', maxWaiting: '1' });
  await ipam.allocate('a');
  await expect(ipam.allocate('a', { conduit: 'core' }, 100)).rejects.toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
  });
  await ipam.becomes('nobody waiting', ({ counts }) => counts?.waiting === 0);
  const asked = ipam.allocate('a', { conduit: 'core' });
  const over = expect(asked).rejects.toMatchObject({
    code: Status.FAILED_PRECONDITION,
    details: expect.stringMatching(
      /^failed getting conduit \(core\) while allocating \(a\): trench demo has no such conduit, waited 4\d\d ms$/,
    ) as string,
  });
  await ipam.becomes('waiting', ({ counts }) => counts?.waiting === 1);
  await expect(ipam.allocate('b', { conduit: 'core' })).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('SYNCLINE_IPAM_MAX_WAITING') as string,
  });
  await over;
  await expect(ipam.allocate('a', { trench: 'other' })).rejects.toMatchObject({
    code: Status.FAILED_PRECONDITION,
    details: expect.stringContaining('no corresponding trench') as string,
  });
});

test('a conduit that is gone from the configuration frees all below it after the delay, and not before', async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address, releaseDelay: '500ms' });
  await configure('edge', 'core');
  await ipam.becomes('both', ({ counts }) => counts?.conduits === 2);
  await ipam.allocate('a');
  await ipam.allocate('b', { conduit: 'core' });
  await configure('core');
  await ipam.becomes('the removal', ({ counts }) => counts?.conduits === 1);
  expect([...(await ipam.addresses()).keys()]).toEqual(['b']);
  await configure('core', 'new');
  expect(await ipam.allocate('c', { conduit: 'new' })).toBe('169.255.0.1/24');
  // Listed again in time, it keeps everything.
  await configure('new');
  await configure('new', 'core');
  await ipam.becomes('all of it', ({ counts }) => counts?.conduits === 2 && counts.addresses === 2);
  expect(await ipam.allocate('b', { conduit: 'core' })).toBe('169.255.16.1/24');
});

test('an NSP that is gone takes nothing away; an ipam that was restarted serves what it kept', async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address, retryMax: '300ms' });
  await ipam.allocate('a');
  nsp.kill('SIGKILL');
  await nsp.exited;
  try {
    expect(await ipam.allocate('b')).toBe('169.255.0.2/24');
    await ipam.restart();
    expect(await ipam.readiness()).toEqual({ ready: true });
    expect(await ipam.allocate('a')).toBe('169.255.0.1/24');
    await using fresh = await IpamUnderTest.start({ nsp: nsp.address });
    expect(await fresh.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringMatching(/^the NSP has not told any conduits: /) as string,
    });
  } finally {
    await configure('edge', 'core');
    nsp = await nsp.restart();
  }
  expect(await ipam.allocate('a', { conduit: 'core' })).toBe('169.255.16.1/24');
});

test('who waits when the process stops is told so at once', async () => {
  await using ipam = await IpamUnderTest.start({ nsp: nsp.address });
  await ipam.allocate('a');
  const asked = expect(ipam.allocate('a', { conduit: 'core' })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'server is stopping',
  });
  await until(() => ipam.status(), {
    deadlineMs: 5_000,
    describe: 'waiting',
    accept: ({ counts }) => counts?.waiting === 1,
  });
  expect(await ipam.service.stop()).toEqual({ code: 0, signal: null });
  await asked;
});
