// The device and the datastore that follows it.

import assert from 'node:assert/strict';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { type Part, syncline } from './part.ts';
import type { ComposeProject } from './project.ts';

const hostname = /^\/system\/state\/hostname +\S+$/m;

export const datastore: Part = {
  services: ['device', 'datastore'],
  durable: ['device', 'datastore'],

  async works(project, context) {
    await project.ended('local');
    await until(() => getSystem(project, context), {
      deadlineMs: 30_000,
      describe: 'the hostname of the device',
      accept: ({ stdout }) => hostname.test(stdout),
    });
    if (project.hasJaeger) return;
    await until(() => project.compose('logs', '--no-color', 'jaeger'), {
      deadlineMs: 30_000,
      everyMs: 500,
      describe: 'spans',
      accept: ({ stdout }) => stdout.includes('POST /v1/traces'),
    });
  },

  async survived(project, context) {
    const { stdout } = await getSystem(project, context);
    assert.match(stdout, hostname, 'the data did not outlive the container');
  },
};

function getSystem(project: ComposeProject, context: CaseContext) {
  return syncline(context, project.address('datastore'), 'get', '/system', '-t', 'local');
}
