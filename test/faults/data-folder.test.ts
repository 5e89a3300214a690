// A start without a place to keep things ends at once, with the setting that says where they go.

import { type Service, startService } from '@syncline/testkit/service.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';

const demo = { SYNCLINE_NSP_CONFIGURATION: 'deploy/examples/demo.yaml' };

test.each([
  ['datastore', {}],
  ['region-syncer', {}],
  ['nsp', demo],
  ['ipam', {}],
  ['proxy', {}],
  ['tap', {}],
])(
  '%s with a data folder that cannot be made does not start, and names the setting',
  async (service, env) => {
    await expect(startService({ service, env, dataDir: '/proc/syncline' })).rejects.toMatchObject({
      exit: { code: 1 },
      message: expect.stringContaining(
        `cannot use the folder /proc/syncline/${service}: /proc takes no folders; set SYNCLINE_DATA to another place`,
      ) as string,
    });
  },
);

test.each([
  ['SYNCLINE_TAP_UNIX_SOCKET', '/proc/syncline/tap.sock'],
  ['SYNCLINE_TAP_STATE', '/dev/null/state.json'],
])('tap with %s=%s does not start, and names the setting', async (setting, path) => {
  await expect(startService({ service: 'tap', env: { [setting]: path } })).rejects.toMatchObject({
    exit: { code: 1 },
    message: expect.stringMatching(
      new RegExp(`cannot use the folder /(proc/syncline|dev/null): .*; set ${setting} to another place`),
    ) as string,
  });
});

test.each([
  ['datastore', {}],
  ['region-syncer', { SYNCLINE_REGION_SYNCER_STORE_DEADLINE: '1s' }],
  ['nsp', demo],
  ['ipam', { SYNCLINE_IPAM_STORE_DEADLINE: '1s' }],
  ['proxy', { SYNCLINE_PROXY_STORE_DEADLINE: '1s' }],
])(
  'a second %s on the same data does not start, and says that another process has it',
  async (service, env) => {
    await using dir = await tempDir('shared');
    const options = { service, env, dataDir: dir.path };
    await using first: Service = await startService(options);
    await expect(startService(options)).rejects.toMatchObject({
      exit: { code: 1 },
      message: expect.stringMatching(
        /\.db: another process has it \(database is locked\); stop that one, or set SYNCLINE_DATA to another place/,
      ) as string,
    });
    expect((await fetch(`http://127.0.0.1:${first.adminPort}/livez`)).status).toBe(200);
  },
);
