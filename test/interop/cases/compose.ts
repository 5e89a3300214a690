// The containers of deploy/, as a user would start them.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { run } from '../command.ts';
import { ComposeProject } from '../compose/project.ts';

const syncline = join(import.meta.dirname, '../../../packages/cli/src/main.ts');

async function healthy(project: ComposeProject, service: 'device' | 'datastore'): Promise<void> {
  await until(() => project.state(service), {
    deadlineMs: 60_000,
    everyMs: 500,
    describe: `${service} being healthy`,
    accept: (state) => state?.Health?.Status === 'healthy',
  });
}

export const cases: readonly InteropCase[] = [
  {
    name: 'compose: both services become healthy, a get through the published port works, data and traces go on',
    needs: ['compose'],
    seconds: 420,
    async run(context) {
      const project = await ComposeProject.up(context);
      await healthy(project, 'device');
      await healthy(project, 'datastore');
      await until(() => project.state('local'), {
        deadlineMs: 60_000,
        everyMs: 500,
        describe: 'the datastore `local` being created',
        accept: (state) => state?.Status === 'exited' && state.ExitCode === 0,
      });
      const get = () =>
        run(
          process.execPath,
          [syncline, '-a', `127.0.0.1:${project.datastorePort}`, 'get', '/system', '-t', 'local'],
          {
            signal: context.signal,
          },
        );
      const hostname = /^\/system\/state\/hostname +\S+$/m;
      await until(get, {
        deadlineMs: 30_000,
        describe: 'the hostname of the device',
        accept: ({ stdout }) => hostname.test(stdout),
      });
      if (!project.hasJaeger) {
        await until(() => project.compose('logs', '--no-color', 'jaeger'), {
          deadlineMs: 30_000,
          everyMs: 500,
          describe: 'spans',
          accept: ({ stdout }) => stdout.includes('POST /v1/traces'),
        });
      }

      const stopped = await project.compose('stop', 'device', 'datastore');
      assert.equal(stopped.code, 0, stopped.stderr);
      for (const service of ['device', 'datastore']) {
        assert.equal((await project.state(service))?.ExitCode, 0, `${service} did not end by itself`);
      }
      const started = await project.compose('start', 'datastore');
      assert.equal(started.code, 0, started.stderr);
      await healthy(project, 'datastore');
      assert.match((await get()).stdout, hostname, 'the data did not outlive the container');
    },
  },
];
