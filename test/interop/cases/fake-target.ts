// Our datastore follows openconfig's fake target: a device that none of us wrote, and not every RPC of which is there.

import assert from 'node:assert/strict';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { startDatastore } from '../datastore.ts';
import { startFakeRouter } from '../fake-router.ts';
import { sink } from '../sink.ts';

/** Follows a fake target with these flags until the datastore shows what the target tells, and nothing was lost. */
async function follow(context: CaseContext, ...flags: readonly string[]): Promise<void> {
  const target = await startFakeRouter(context, ...flags);
  const direct = await sink(context, target, { target: 'r1', quiet: '300ms' });
  assert.equal(direct.leaf_count, 6);
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
    syncs.map(({ ledger }) => [ledger?.dropped, ledger?.quarantined, ledger?.pending]),
    [[0n, 0n, 0n]],
  );
}

export const cases: readonly InteropCase[] = [
  {
    name: 'fake target: the datastore that follows it shows the same leaves',
    needs: ['faketarget', 'sink'],
    run: (context) => follow(context),
  },
  {
    name: 'fake target without Capabilities: it is followed in the encoding that was asked for',
    needs: ['faketarget', 'sink'],
    run: (context) => follow(context, '-capabilities=false'),
  },
  {
    name: 'fake target without a sync_response: the datastore says so and does not claim to be in sync',
    needs: ['faketarget'],
    async run(context) {
      const target = await startFakeRouter(context, '-sync_response=false');
      const datastore = await startDatastore(context, target, {
        env: { SYNCLINE_DATASTORE_SYNC_DEADLINE: '1s' },
      });
      const { synced, connected, leaves } = await datastore.becomes('the reason being told', ({ syncs }) =>
        syncs.some(({ detail }) => detail.includes('sync_response')),
      );
      assert.deepEqual({ synced, connected, leaves }, { synced: false, connected: false, leaves: 0n });
    },
  },
];
