// scripts/healthcheck.ts, run beside a real service as a container runs it.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startService } from '@syncline/testkit/service.ts';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/healthcheck.ts', import.meta.url));

/** The exit code and the output of a check with these settings of a device. */
async function check(host: string, adminPort: number): Promise<readonly [code: number, said: string]> {
  const env = {
    ...process.env,
    SERVICE: 'device',
    SYNCLINE_DEVICE_HOST: host,
    SYNCLINE_DEVICE_ADMIN_PORT: String(adminPort),
  };
  return await promisify(execFile)(process.execPath, [script], { env }).then(
    ({ stdout }) => [0, stdout] as const,
    ({ code, stdout }: { readonly code: number; readonly stdout: string }) => [code, stdout] as const,
  );
}

async function listening(host: string) {
  return await startService({ service: 'device', env: { SYNCLINE_DEVICE_HOST: host } });
}

test('a service that listens on all addresses is healthy, and not where it does not listen', async () => {
  await using device = await listening('0.0.0.0');
  expect(await check('0.0.0.0', device.adminPort)).toEqual([0, '{"ready":true}\n']);
  const [code, said] = await check('0.0.0.0', device.port);
  expect(code).toBe(1);
  expect(said).not.toBe('');
});

// Linux alone has all of 127.0.0.0/8.
test.skipIf(process.platform !== 'linux')('a service that listens on one address is healthy', async () => {
  await using device = await listening('127.0.0.2');
  expect(await check('127.0.0.2', device.adminPort)).toEqual([0, '{"ready":true}\n']);
});
