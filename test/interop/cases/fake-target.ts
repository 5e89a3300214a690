// Our datastore follows openconfig's fake target: a device that none of us wrote.

import assert from 'node:assert/strict';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { startDatastore } from '../datastore.ts';
import { startFakeRouter } from '../fake-router.ts';
import { sink } from '../sink.ts';

export const cases: readonly InteropCase[] = [
  {
    name: 'fake target: the datastore that follows it shows the same leaves',
    needs: ['faketarget', 'sink'],
    async run(context) {
      const target = await startFakeRouter(context);
      const direct = await sink(context, target, { target: 'r1', quiet: '300ms' });
      const datastore = await startDatastore(context, target);
      await datastore.synced();
      await until(() => sink(context, datastore.address, { target: 'r1', mode: 'ONCE' }), {
        deadlineMs: 10_000,
        everyMs: 100,
        describe: 'the datastore showing what the fake target told',
        accept: ({ digest }) => digest === direct.digest,
      });
      const { syncs } = await datastore.status();
      assert.deepEqual(
        syncs.map(({ ledger }) => [ledger?.dropped, ledger?.quarantined]),
        [[0n, 0n]],
      );
    },
  },
  {
    name: 'fake target without Capabilities: the datastore says so and does not claim to be in sync',
    needs: ['faketarget'],
    async run(context) {
      const datastore = await startDatastore(context, await startFakeRouter(context, '-capabilities=false'));
      const status = await datastore.becomes('the reason being told', ({ syncs }) =>
        syncs.some(({ detail }) => /capabilities/i.test(detail)),
      );
      assert.equal(status.synced, false);
    },
  },
];
