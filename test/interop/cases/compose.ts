// The containers of deploy/, as a user would start them.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { run } from '../command.ts';
import { ComposeProject } from '../compose/project.ts';

const syncline = join(import.meta.dirname, '../../../packages/cli/src/main.ts');

async function healthy(project: ComposeProject, service: string): Promise<void> {
  await until(() => project.state(service), {
    deadlineMs: 60_000,
    everyMs: 500,
    describe: `${service} being healthy`,
    accept: (state) => state?.Health?.Status === 'healthy',
  });
}

/** Of `syncline region status --json`, what is looked at here. */
interface RegionStatus {
  readonly phase: string;
  readonly ready: boolean;
  readonly regions: number;
  readonly term: number;
  readonly joins: { readonly snapshot: number };
}

async function regionStatus(address: string, signal: AbortSignal): Promise<RegionStatus> {
  const args = [syncline, 'region', 'status', '--json', '-a', address];
  const { code, stdout, stderr } = await run(process.execPath, args, { signal });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as RegionStatus;
}

const regionServices = ['region-leader', 'region-follower-1', 'region-follower-2', 'region-feed'];

export const cases: readonly InteropCase[] = [
  {
    name: 'compose: all services become healthy, gets through the published ports work, data and traces go on',
    needs: ['compose'],
    seconds: 420,
    async run(context) {
      const project = await ComposeProject.up(context);
      for (const service of ['device', 'datastore', ...regionServices]) await healthy(project, service);
      await until(() => project.state('local'), {
        deadlineMs: 60_000,
        everyMs: 500,
        describe: 'the datastore `local` being created',
        accept: (state) => state?.Status === 'exited' && state.ExitCode === 0,
      });
      const get = () =>
        run(
          process.execPath,
          [syncline, '-a', project.address('datastore'), 'get', '/system', '-t', 'local'],
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

      for (const follower of ['region-follower-1', 'region-follower-2'] as const) {
        const status = await regionStatus(project.address(follower), context.signal);
        assert.equal(status.phase, 'live');
        assert.equal(status.ready, true);
        assert.ok(status.regions >= 900, `${follower} has ${status.regions} regions`);
      }

      const written = ['device', 'datastore', 'region-leader', 'region-follower-1'];
      const stopped = await project.compose('stop', ...written);
      assert.equal(stopped.code, 0, stopped.stderr);
      for (const service of written) {
        assert.equal((await project.state(service))?.ExitCode, 0, `${service} did not end by itself`);
      }
      const started = await project.compose('start', 'datastore', 'region-leader', 'region-follower-1');
      assert.equal(started.code, 0, started.stderr);
      await healthy(project, 'datastore');
      assert.match((await get()).stdout, hostname, 'the data did not outlive the container');
      await healthy(project, 'region-follower-1');
      const { term, joins } = await regionStatus(project.address('region-follower-1'), context.signal);
      assert.equal(term, 2, 'the log did not outlive the container');
      assert.equal(joins.snapshot, 0, 'the copy did not outlive the container');
    },
  },
];
