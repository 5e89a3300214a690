import { readMetric } from '@syncline/testkit/metrics.ts';
import { startService } from '@syncline/testkit/service.ts';
import { expect, test } from 'vitest';
import { ScriptedPd } from './pd/scripted-pd.fixture.ts';

test('a process feeds its PD, says how much, and ends when it is told to', async () => {
  await using pd = await ScriptedPd.start();
  await using service = await startService({
    service: 'region-feed',
    env: { SYNCLINE_REGION_FEED_PD: pd.address, SYNCLINE_REGION_FEED_REGIONS: '50' },
  });
  const admin = `http://127.0.0.1:${service.adminPort}`;
  await expect.poll(async () => (await fetch(`${admin}/readyz`)).status).toBe(200);
  expect((await fetch(`${admin}/livez`)).status).toBe(200);
  await expect.poll(() => pd.book.scan(new Uint8Array(), 1_000)).toHaveLength(50);
  const sent = await readMetric(service.adminPort, 'region_feed_heartbeats_sent_total');
  expect(sent).toBeGreaterThanOrEqual(50);
  expect(await readMetric(service.adminPort, 'region_feed_joins_total')).toBe(1);
  await service.stop();
  expect(await service.exited).toEqual({ code: 0, signal: null });
});

test('a process without a PD lives, is not ready, and says why', async () => {
  await using service = await startService({
    service: 'region-feed',
    env: { SYNCLINE_REGION_FEED_PD: '127.0.0.1:1' },
  });
  const admin = `http://127.0.0.1:${service.adminPort}`;
  await expect
    .poll(async () => ((await (await fetch(`${admin}/readyz`)).json()) as { reason: string }).reason)
    .toMatch(/^no PD: 127\.0\.0\.1:1: /);
  expect((await fetch(`${admin}/livez`)).status).toBe(200);
});

test('settings that contradict each other end the process with 2', async () => {
  const start = startService({ service: 'region-feed', env: { SYNCLINE_REGION_FEED_STORES: '2' } });
  await expect(start).rejects.toMatchObject({
    exit: { code: 2 },
    message: expect.stringContaining(
      'SYNCLINE_REGION_FEED_REPLICAS is above SYNCLINE_REGION_FEED_STORES: 3 and 2',
    ) as string,
  });
});
