// How the NSP starts, and all that can be wrong before it serves.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HealthDefinition } from '@syncline/proto/health.ts';
import { startService } from '@syncline/testkit/service.ts';
import { ServiceError } from '@syncline/testkit/service-process.ts';
import { expect, test } from 'vitest';
import { demo, NspUnderTest } from './nsp-under-test.ts';

const main = fileURLToPath(new URL('../../services/nsp/src/main.ts', import.meta.url));
const configuration = fileURLToPath(demo);

const failedStart = async (
  env: Readonly<Record<string, string>>,
  { port = 0, dataDir }: { port?: number; dataDir?: string } = {},
) => {
  const error: unknown = await startService({ service: 'nsp', env, port, dataDir }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error('the nsp started');
  return { code: error.exit?.code, message: error.message };
};

test.each([
  [{}, 'SYNCLINE_NSP_CONFIGURATION must be set'],
  [
    { SYNCLINE_NSP_CONFIGURATION: configuration, SYNCLINE_NSP_STALL: '5' },
    'SYNCLINE_NSP_STALL=5: expected a duration',
  ],
  [
    { SYNCLINE_NSP_CONFIGURATION: configuration, SYNCLINE_NSP_WATCHER: '5' },
    'SYNCLINE_NSP_WATCHER is no setting; did you mean SYNCLINE_NSP_WATCHERS?',
  ],
  [
    { SYNCLINE_NSP_CONFIGURATION: configuration, SYNCLINE_NSP_TARGETS: '1' },
    'SYNCLINE_NSP_TARGETS_PER_STREAM is above SYNCLINE_NSP_TARGETS',
  ],
])('with %j it does not start: exit code 2 and the reason', async (env, reason) => {
  const { code, message } = await failedStart(env);
  expect([code, message]).toEqual([2, expect.stringContaining(reason)]);
});

test('a port that is taken is named with its setting', async () => {
  await using nsp = await NspUnderTest.start(await readFile(demo, 'utf8'));
  const { code, message } = await failedStart(
    { SYNCLINE_NSP_CONFIGURATION: configuration },
    { port: nsp.service.port },
  );
  expect([code, message]).toEqual([1, expect.stringContaining('SYNCLINE_NSP_PORT')]);
});

test('a second process on one folder says who has it, before its own start takes too long', async () => {
  await using nsp = await NspUnderTest.start(await readFile(demo, 'utf8'));
  const { code, message } = await failedStart(
    { SYNCLINE_NSP_CONFIGURATION: configuration, SYNCLINE_NSP_STORE_DEADLINE: '4001ms' },
    { dataDir: nsp.service.dataDir },
  );
  expect([code, message]).toEqual([1, expect.stringContaining('database is locked')]);
});

test('--help prints every setting and does not start', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  expect(stdout).toContain('SYNCLINE_NSP_ENTRY_TIMEOUT  (duration 100ms..24h; default 60s)');
  expect(stdout).toContain('SYNCLINE_NSP_CONFIGURATION  (path; required)');
});

test('health says of each service that it is served', async () => {
  await using nsp = await NspUnderTest.start(await readFile(demo, 'utf8'));
  const health = nsp.connection.client(HealthDefinition);
  for (const service of [
    'nsp.v1.ConfigurationManager',
    'nsp.v1.TargetRegistry',
    'syncline.nsp.v1.NspAdminService',
  ]) {
    expect((await health.check({ service })).status).toBe(1);
  }
});
