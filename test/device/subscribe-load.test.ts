// gNMI Subscribe on a real device process: slow clients, many leaves, the limit of subscriptions, the end of the process,
// and what is counted.

import type { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc';
import { expect, test } from 'vitest';
import { DeviceUnderTest, notificationOf } from './device-under-test.ts';

test('a client that does not read gets the last values, with their duplicates; another is not held up', async () => {
  await using device = await DeviceUnderTest.start();
  const text = 'x'.repeat(20_000);
  using slow = device.subscribe({ paths: [{ path: '/big' }] });
  using quick = device.subscribe({ paths: [{ path: '/big' }] });
  await Promise.all([slow.synced(), quick.synced()]);
  slow.pause();
  const rounds = 200;
  for (let round = 1; round <= rounds; round++) await device.apply({ '/big': `${round} ${text}` });
  await quick.until('the last value', ({ lines }) => lines.at(-1)?.startsWith(`+/big=${rounds} `) === true);
  slow.resume();
  await slow.until('the last value', ({ lines }) => lines.at(-1)?.startsWith(`+/big=${rounds} `) === true);
  const values = (it: GnmiReader) => it.notifications.flatMap(({ update }) => update);
  const duplicates = values(slow).reduce((sum, update) => sum + update.duplicates, 0);
  expect(duplicates).toBeGreaterThan(0);
  expect(values(slow).length + duplicates).toBe(rounds);
  expect(values(quick)).toHaveLength(rounds);
});

test('a client that reads nothing is ended in time; another is not', async () => {
  await using device = await DeviceUnderTest.start({ SYNCLINE_DEVICE_SLOW_CONSUMER: '500ms' });
  using stuck = device.subscribe({ paths: [{ path: '/big' }] });
  using quick = device.subscribe({ paths: [{ path: '/big' }] });
  await Promise.all([stuck.synced(), quick.synced()]);
  stuck.pause();
  const text = 'x'.repeat(20_000);
  for (let round = 1; round <= 100; round++) await device.apply({ '/big': `${round} ${text}` });
  await device.subscribers(1);
  stuck.resume();
  const end = await stuck.end();
  expect(Status[end.code]).toBe('ABORTED');
  expect(end.details).toContain('slow consumer');
  await quick.until('the last value', ({ lines }) => lines.at(-1)?.startsWith('+/big=100 ') === true);
  expect(quick.ended).toBeUndefined();
});

test('100,000 leaves arrive bundled, all before the sync_response', async () => {
  await using large = await DeviceUnderTest.start({
    SYNCLINE_DEVICE_SCRIPT: new URL('./testdata/large.yaml', import.meta.url).pathname,
  });
  using once = large.subscribe({ mode: 'ONCE', paths: [{ path: '/' }] });
  expect(await once.end()).toMatchObject({ code: Status.OK, details: '' });
  const updates = once.notifications.reduce((sum, { update }) => sum + update.length, 0);
  expect(updates).toBe(100_000);
  expect(once.notifications.length).toBeLessThan(400);
  expect(once.responses.at(-1)?.response?.$case).toBe('syncResponse');
});

test('a subscription beyond the limit is refused', async () => {
  await using small = await DeviceUnderTest.start({ SYNCLINE_DEVICE_MAX_SUBSCRIBERS: '1' });
  using first = small.subscribe({ paths: [{ path: '/' }] });
  await first.synced();
  using second = small.subscribe({ paths: [{ path: '/' }] });
  expect(await second.end()).toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('1 subscriptions') as string,
  });
});

test('a device that stops ends its streams with UNAVAILABLE and exits by itself', async () => {
  await using stopping = await DeviceUnderTest.start();
  using stream = stopping.subscribe({ paths: [{ path: '/' }] });
  await stream.synced();
  stopping.service.kill('SIGTERM');
  expect(await stream.end()).toMatchObject({ code: Status.UNAVAILABLE });
  expect(await stopping.service.exited).toEqual({ code: 0, signal: null });
});

test('what was counted is in Status', async () => {
  await using fresh = await DeviceUnderTest.start();
  await fresh.control.apply({ notification: notificationOf({ '/a': 1, '/b': 2 }) });
  using once = fresh.subscribe({ mode: 'ONCE', paths: [{ path: '/' }] });
  await once.end();
  using open = fresh.subscribe({ updatesOnly: true, paths: [{ path: '/' }] });
  await open.synced();
  const status = await until(() => fresh.control.status({}), {
    deadlineMs: 5_000,
    describe: 'one open subscription',
    accept: (it) => it.openSubscriptions === 1,
  });
  expect(status).toMatchObject({
    leaves: 2n,
    calls: { Subscribe: 2n, Get: 0n },
    notificationsSent: 1n,
    updatesSent: 2n,
    syncResponsesSent: 2n,
  });
});
