// Stores that speak through kvproto's own stubs, in the order of calls of pd-heartbeat-bench: on our leader, and on a
// real pd-server, which shows that what they do is right.

import assert from 'node:assert/strict';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { startPdServer } from '../pd/server.ts';
import { type PdStores, startPdStores } from '../pd/stores.ts';
import { startRegionFollower } from '../region/follower.ts';
import { type Held, RegionMember } from '../region/member.ts';

const rounds = 4;

/** Has the regions told in rounds, each once the one before has arrived; gives how many heartbeats that took. */
async function tellInRounds(stores: PdStores, held: () => Promise<Held>): Promise<number> {
  let sent = 0;
  for (let round = 1; round <= rounds; round++) {
    const { heartbeats, digest } = await stores.round();
    sent += heartbeats;
    await until(held, {
      deadlineMs: 20_000,
      everyMs: 100,
      describe: `round ${round} having arrived, with digest ${digest}`,
      accept: (now) => now.digest === digest,
    });
  }
  await stores.end();
  return sent;
}

export const cases: readonly InteropCase[] = [
  {
    name: 'stores on stubs of kvproto: they begin a cluster of ours, and leader and follower hold what they tell',
    needs: ['pd-stores'],
    async run(context) {
      const leader = await RegionMember.start(context, { ROLE: 'leader' });
      const { clusterId } = await leader.becomes('the leader leading', ({ ready }) => ready);
      const follower = await startRegionFollower(context, leader.address);

      const stores = await startPdStores(context, leader.address);
      assert.equal(stores.clusterId, clusterId);
      const sent = await tellInRounds(stores, () => leader.held());
      const held = await leader.held();
      await follower.shows(held);

      const { ledger } = await leader.status();
      assert.ok(ledger !== undefined, 'a leader has a ledger');
      const { received, applied, superseded, ...others } = ledger;
      // The region that the cluster began with was told once, too.
      assert.equal(received, BigInt(sent) + 1n);
      assert.equal(applied + superseded, received);
      assert.deepEqual(others, { stale: 0n, quarantined: 0n, pending: 0n, dropped: 0n });
      context.note(`${sent} heartbeats, ${applied} of them news; digest ${held.digest} on both sides`);
    },
  },
  {
    name: 'stores on stubs of kvproto that reach our follower alone: it passes all they say on to our leader',
    needs: ['pd-stores'],
    async run(context) {
      const leader = await RegionMember.start(context, { ROLE: 'leader' });
      const follower = await startRegionFollower(context, leader.address);
      await follower.becomes('the follower being ready', ({ ready }) => ready);
      const stores = await startPdStores(context, follower.address, { forwarded: true });
      await tellInRounds(stores, () => leader.held());
      await follower.shows(await leader.held());
    },
  },
  {
    name: 'stores on stubs of kvproto that reach our follower of a real pd-server alone: it passes all on to that',
    needs: ['pd-stores', 'pd-server'],
    seconds: 120,
    async run(context) {
      const server = await startPdServer(context);
      const follower = await startRegionFollower(context, server.address);
      await follower.becomes(
        'the follower knowing its cluster',
        ({ clusterId }) => clusterId === server.clusterId,
      );
      const stores = await startPdStores(context, follower.address, { forwarded: true });
      await tellInRounds(stores, () => server.held());
      await follower.shows(await server.held());
    },
  },
  {
    name: 'stores on stubs of kvproto: a real pd-server holds what they tell',
    needs: ['pd-stores', 'pd-server'],
    seconds: 120,
    async run(context) {
      const server = await startPdServer(context);
      const stores = await startPdStores(context, server.address);
      assert.equal(stores.clusterId, server.clusterId);
      await tellInRounds(stores, () => server.held());
    },
  },
];
