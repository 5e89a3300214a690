// How the proxy starts, and all that can be wrong before it serves.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startService } from '@syncline/testkit/service.ts';
import { ServiceError, type Settings } from '@syncline/testkit/service-process.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { ProxyUnderTest } from './proxy-under-test.ts';

const main = fileURLToPath(new URL('../../services/proxy/src/main.ts', import.meta.url));

const failedStart = async (settings: Settings, more: { port?: number; dataDir?: string } = {}) => {
  const start = startService({ service: 'proxy', settings, ...more });
  const error: unknown = await start.catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error('the proxy started');
  return [error.exit?.code, error.message];
};

test.each<readonly [Settings, string]>([
  [{ conduits: 'edge,edge' }, 'SYNCLINE_PROXY_CONDUITS=edge,edge: a name is there twice'],
  [{ trench: 'a.b' }, 'SYNCLINE_PROXY_TRENCH=a.b: name "a.b"'],
  [{ stall: '5' }, 'SYNCLINE_PROXY_STALL=5: expected a duration'],
  [{ conduit: 'edge' }, 'SYNCLINE_PROXY_CONDUIT is no setting; did you mean SYNCLINE_PROXY_CONDUITS?'],
  [{ expiry: '1s' }, 'SYNCLINE_PROXY_EXPIRY is below SYNCLINE_PROXY_REQUEST_DEADLINE'],
])('with %j it does not start: exit code 2 and the reason', async (settings, reason) => {
  expect(await failedStart(settings)).toEqual([2, expect.stringContaining(reason)]);
});

test('--help prints every setting and does not start', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  expect(stdout).toContain('SYNCLINE_PROXY_CONDUITS  (names; default edge,core)');
  expect(stdout).toContain('SYNCLINE_PROXY_EXPIRY  (duration 0ms..24h; default 0ms)');
});

test('a port that is taken is named with its setting', async () => {
  await using proxy = await ProxyUnderTest.start();
  expect(await failedStart({}, { port: proxy.service.port })).toEqual([
    1,
    expect.stringContaining('SYNCLINE_PROXY_PORT'),
  ]);
});

test('a data folder that another proxy uses, or that is of another node, is refused', async () => {
  await using proxy = await ProxyUnderTest.start();
  const { dataDir } = proxy.service;
  expect(await failedStart({ storeDeadline: '2001ms' }, { dataDir })).toEqual([
    1,
    expect.stringContaining('database is locked'),
  ]);
  await proxy.service.stop();
  expect(await failedStart({ node: 'other' }, { dataDir })).toEqual([
    1,
    expect.stringContaining(
      'the settings say trench \\"demo\\" in namespace \\"default\\" on node \\"other\\"',
    ),
  ]);
});

test('a file that is no database is refused by its name', async () => {
  await using dir = await tempDir('proxy');
  await mkdir(join(dir.path, 'proxy'));
  await writeFile(join(dir.path, 'proxy', 'proxy.db'), 'no database at all, but long enough '.repeat(50));
  expect(await failedStart({}, { dataDir: dir.path })).toEqual([
    1,
    expect.stringMatching(/cannot open the database .*proxy\.db: file is not a database/),
  ]);
});
