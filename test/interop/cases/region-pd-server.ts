// Our follower as an outsider of a PD cluster, whose pd-server gets the heartbeats of simulated stores. It ends with
// the regions that ScanRegions of pd-server shows, at its index.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { readMetric as metric } from '@syncline/testkit/metrics.ts';
import type { Service } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { type PdServer, startPdServer } from '../pd/server.ts';
import { startPdStores } from '../pd/stores.ts';
import { startRegionFollower } from '../region/follower.ts';
import type { RegionMember } from '../region/member.ts';

/** Splits and merges that a follower has to see. */
const restless = 100;

/** Stores whose regions are always moving. */
function startStores(context: CaseContext, { address }: PdServer): Promise<Service> {
  return context.startRegionFeed({
    env: {
      SYNCLINE_REGION_FEED_PD: address,
      SYNCLINE_REGION_FEED_REGIONS: '2000',
      SYNCLINE_REGION_FEED_RATE: '500',
      SYNCLINE_REGION_FEED_SPLIT: '20',
      SYNCLINE_REGION_FEED_MERGE: '20',
    },
  });
}

/** Lets regions live while the follower follows, then ends the stores and waits until both sides are equal. */
async function followToTheEnd(
  context: CaseContext,
  server: PdServer,
  stores: Service,
  ours: RegionMember,
): Promise<void> {
  await ours.becomes('our follower being ready', ({ ready }) => ready);
  const lived = () => metric(stores.adminPort, 'region_feed_heartbeats_sent_total', { kind: 'merge' });
  const before = await lived();
  await until(lived, {
    deadlineMs: 20_000,
    describe: `${restless} merges while our follower is ready`,
    accept: (merges) => merges >= before + restless,
  });
  await stores.stop();
  const [held] = await until(async () => [await server.held(), await ours.held()] as const, {
    deadlineMs: 20_000,
    everyMs: 100,
    describe: 'our follower holding what pd-server shows',
    accept: ([theirs, own]) => isDeepStrictEqual(theirs, own),
  });
  assert.notEqual(held.regions, 0);
  context.note(`${held.regions} regions with digest ${held.digest} at ${held.index} on both sides`);
}

/** Fewer records than PD keeps its index after. */
const fewRegions = 40;

export const cases: readonly InteropCase[] = [
  {
    name: 'our follower on a real pd-server: equals what it shows, also after it was killed',
    needs: ['pd-server'],
    seconds: 200,
    atOnce: 'followers of PD',
    async run(context) {
      const server = await startPdServer(context);
      const stores = await startStores(context, server);
      const ours = await startRegionFollower(context, server.address);
      await followToTheEnd(context, server, stores, ours);

      const again = await server.crash();
      await followToTheEnd(context, again, await context.restart('region-feed', stores), ours);
    },
  },
  {
    name: 'our follower on a real pd-server that starts again before its hundredth record: has its regions, at index 0',
    needs: ['pd-server', 'pd-stores'],
    seconds: 150,
    atOnce: 'followers of PD',
    async run(context) {
      const first = await startPdServer(context);
      const stores = await startPdStores(context, first.address, { regions: fewRegions });
      const { digest: told } = await stores.round();
      await until(() => first.held(), {
        deadlineMs: 20_000,
        everyMs: 100,
        describe: 'pd-server holding what the stores told',
        accept: ({ digest }) => digest === told,
      });
      await stores.end();
      const server = await first.restart();
      const ours = await startRegionFollower(context, server.address);
      await ours.becomes('our follower being ready', ({ ready }) => ready);
      const [theirs, own] = [await server.held(), await ours.held()];
      assert.deepEqual({ ...own, index: 0 }, { ...theirs, index: 0 });
      assert.deepEqual([own.regions, own.index], [fewRegions, 0]);
      context.note(`${own.regions} regions with digest ${own.digest} at ${own.index} on both sides`);
    },
  },
];
