import { startService } from '@syncline/testkit/service.ts';
import { expect, test } from 'vitest';

test('a process without an NSP lives, is not ready, and says why', async () => {
  const env = { SYNCLINE_LOAD_BALANCER_NSP: '127.0.0.1:1' };
  await using service = await startService({ service: 'load-balancer', env });
  const admin = `http://127.0.0.1:${service.adminPort}`;
  await expect
    .poll(async () => ((await (await fetch(`${admin}/readyz`)).json()) as { reason: string }).reason)
    .toMatch(/^the NSP at 127\.0\.0\.1:1 has not told all: no \w+: UNAVAILABLE: /);
  expect((await fetch(`${admin}/livez`)).status).toBe(200);
  await service.stop();
  expect(await service.exited).toEqual({ code: 0, signal: null });
});

test('settings that contradict each other, or are none, end the process with 2', async () => {
  const start = (env: Record<string, string>) => startService({ service: 'load-balancer', env });
  await expect(start({ SYNCLINE_LOAD_BALANCER_RETRY: '6s' })).rejects.toMatchObject({
    exit: { code: 2 },
    message: expect.stringContaining('is above SYNCLINE_LOAD_BALANCER_RETRY_MAX') as string,
  });
  await expect(start({ SYNCLINE_LOAD_BALANCER_NPS: 'nsp:7778' })).rejects.toMatchObject({
    exit: { code: 2 },
    message: expect.stringContaining('did you mean SYNCLINE_LOAD_BALANCER_NSP?') as string,
  });
});

test('--help lists the settings', async () => {
  const start = startService({ service: 'load-balancer', args: ['--help'] });
  await expect(start).rejects.toMatchObject({
    exit: { code: 0 },
    message: expect.stringContaining('SYNCLINE_LOAD_BALANCER_MAX_SLOTS') as string,
  });
});
