// The containers of deploy/, as a user would start them.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { datastore } from '../compose/datastore.ts';
import { ComposeProject } from '../compose/project.ts';
import { regions } from '../compose/regions.ts';
import { trench } from '../compose/trench.ts';

export const cases: readonly InteropCase[] = [
  {
    name: 'compose: all services become healthy, do their work through the published ports, and keep what they have',
    needs: ['compose'],
    seconds: 600,
    async run(context) {
      const parts = [datastore, regions, trench];
      const project = await ComposeProject.up(context);
      for (const service of parts.flatMap(({ services }) => services)) await project.healthy(service);
      for (const part of parts) await part.works(project, context);

      const durable = parts.flatMap((part) => part.durable);
      const stopped = await project.compose('stop', ...durable);
      assert.equal(stopped.code, 0, stopped.stderr);
      for (const service of durable) {
        assert.equal((await project.state(service))?.ExitCode, 0, `${service} did not end by itself`);
      }
      const started = await project.compose('start', ...durable);
      assert.equal(started.code, 0, started.stderr);
      for (const service of durable) await project.healthy(service);
      for (const part of parts) await part.survived(project, context);
    },
  },
];
