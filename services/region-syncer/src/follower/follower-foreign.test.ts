import { ErrorType } from '@syncline/proto/pdpb.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FollowerUnderTest } from './follower.fixture.ts';
import { beyondAll } from './state.ts';
import type { FollowerWorldOptions } from './world/follower-world.ts';
import { clusterId, merged, ofPd, region, regions, shownAs, shownRegions } from './world/regions.ts';
import { type ScriptedCall, ScriptedLeader } from './world/scripted-leader.ts';

let follower: FollowerUnderTest;

beforeEach(async () => {
  follower = await FollowerUnderTest.of('foreign');
});

afterEach(() => follower[Symbol.asyncDispose]());

async function reachesNext(next: number): Promise<void> {
  await until(() => follower.replica.next === next, { deadlineMs: 5_000, describe: `next is ${next}` });
}

/** A new PD answers the probe with regions, too few not to be an old one's first records; the same probe once more. */
async function probedAgain(probe: ScriptedCall): Promise<ScriptedCall> {
  expect(probe.request.startIndex).toBe(beyondAll);
  probe.send(ofPd(0, [region(1)]));
  const again = await follower.leader.next();
  expect([again.request.startIndex, probe.signal.aborted]).toEqual([beyondAll, true]);
  return again;
}

/** A follower that has regions 1 to 9 of a new PD as of index 300. */
async function live(options?: Partial<FollowerWorldOptions>): Promise<ScriptedCall> {
  const call = await probedAgain(await follower.joins(options));
  call.send(ofPd(0, regions(1, 9)), ofPd(300, []));
  await follower.reaches('live');
  return call;
}

describe('a follower of a PD', () => {
  test('asks for more than there is, and takes all regions, what changed meanwhile, and the end', async () => {
    const call = await probedAgain(await follower.joins());
    expect(call.request.member.clientUrls).toHaveLength(1);
    // A PD's map has no order.
    const mixed = [...regions(6, 9, 4), ...regions(1, 5, 4)];
    call.send(ofPd(0, mixed.slice(0, 5)), ofPd(5, mixed.slice(5)));
    call.send(ofPd(70_000, [region(2, 5), region(4, 3)]), ofPd(70_002, []));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(
      shownAs([region(1, 4), region(2, 5), ...regions(3, 9, 4)]),
    );
    expect(follower.member.status()).toMatchObject({ next: 70_002, link: { ours: false, lagRecords: 0 } });
    expect(follower.tally.ledger).toMatchObject({ received: 12, applied: 10, stale: 1, superseded: 1 });
    expect(follower.member.freshness.ready).toBe(true);
  });

  test('follows its records, by its rules, and is live with its word that there are no more', async () => {
    const call = await live();
    call.send(ofPd(300, [merged(1, 3), region(2, 3)]), ofPd(302, [region(7, 3)]));
    await reachesNext(303);
    expect(shownRegions(follower.replica.regions)).toEqual(['1@9', '4@2', '5@2', '6@2', '7@3', '8@2', '9@2']);
    expect(follower.tally.ledger).toMatchObject({ applied: 11, stale: 1 });
    await follower.hasDurable(303);
  });

  test('takes a region without its leader, stat or buckets when their lists are not as long, and counts it', async () => {
    const call = await live();
    call.send(
      ofPd(300, regions(1, 2, 3), {
        regionLeaders: [{ id: 0n, storeId: 0n, role: 0, isWitness: false }],
        regionStats: [{ bytesWritten: 1n, bytesRead: 1n, keysWritten: 1n, keysRead: 1n }],
        buckets: [],
      }),
    );
    await reachesNext(302);
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs([...regions(1, 2, 3), ...regions(3, 9)]));
    const faults = ['region_stats', 'region_leaders', 'buckets'].map((fault) => ({ fault, count: 1 }));
    expect(follower.member.status().link?.frameFaults).toEqual(faults);
  });

  test('leaves out a region that cannot stand, and counts it; its index is taken', async () => {
    const call = await live();
    const bad = { ...region(4, 3), region: { ...region(4, 3).region, regionEpoch: undefined } };
    call.send(ofPd(300, [region(3, 3), bad, region(5, 3)]), ofPd(303, [region(6, 3)]));
    await reachesNext(304);
    expect(shownRegions(follower.replica.regions)).toEqual(
      shownAs([...regions(1, 2), region(3, 3), region(4), region(5, 3), region(6, 3), ...regions(7, 9)]),
    );
    expect(follower.tally.ledger).toMatchObject({ received: 14, applied: 12, quarantined: 1 });
    expect(follower.tally.frameFaults).toEqual([{ fault: 'regions', count: 1 }]);
    await follower.hasDurable(304);
  });

  test.each<[string, string, Uint8Array]>([
    ['records beyond the next', 'gap', ofPd(900, [region(3, 3)])],
    ['a keepalive beyond the next', 'gap', ofPd(900, [])],
  ])('takes none of %s and asks for all regions', async (_, reason, jump) => {
    const call = await live();
    call.send(jump);
    const again = await follower.leader.next();
    expect(again.request.startIndex).toBe(0);
    expect(follower.member.counts().streamEnds).toEqual([{ reason, count: 1 }]);
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 9)));
    expect(follower.member.freshness).toMatchObject({ ready: false, complete: true });
    again.send(ofPd(0, regions(2, 5)), ofPd(900, []));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(2, 5)));
  });

  test('an error frame changes nothing; all regions are taken anew, because it may be another process', async () => {
    const call = await live();
    const error = { type: ErrorType.UNKNOWN, message: 'server stopped' };
    call.send(ofPd(0, [], { header: { clusterId, error } }));
    const again = await probedAgain(await follower.leader.next());
    expect(follower.member.status()).toMatchObject({ next: 300, regions: 9 });
    expect(follower.member.status().lastError?.message).toContain('error_frame: error 1: server stopped');
    again.send(ofPd(0, regions(1, 4, 3)), ofPd(12, []));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 4, 3)));
  });

  test('takes what it says after OK for no end', async () => {
    const call = await live();
    call.end(Status.OK, '');
    expect((await follower.leader.next()).request.startIndex).toBe(beyondAll);
  });

  test('that restarts between two calls is asked as another process is', async () => {
    const retry = { initialMs: 300, maxMs: 300, factor: 1, jitter: 0, resetAfterMs: 1_000 };
    const call = await live({ settings: { retry } });
    call.send(ofPd(900, []));
    await follower.reaches('backing-off');
    const { port } = follower.leader;
    await follower.leader[Symbol.asyncDispose]();
    follower.leader = await ScriptedLeader.start('foreign', port);
    expect((await follower.leader.next()).request.startIndex).toBe(beyondAll);
  });

  test('silence is no health: all regions are taken anew, and it says why', async () => {
    await live({ settings: { silenceMs: 500 } });
    const again = await follower.leader.next();
    expect(again.request.startIndex).toBe(beyondAll);
    expect(follower.member.counts().streamEnds).toEqual([{ reason: 'silence', count: 1 }]);
  });

  test('believes its index after a restart only when it is to be trusted', async () => {
    await live();
    expect((await follower.joins()).request.startIndex).toBe(beyondAll);
    const call = await follower.joins({ settings: { plan: { trustForeign: true } } });
    expect(call.request.startIndex).toBe(300);
    call.send(ofPd(300, [region(1, 3)]));
    await follower.reaches('live');
    expect(follower.member.counts().joins).toEqual([{ tier: 'replay', reason: 'start', count: 1 }]);
  });
});

describe('a follower of an old PD', () => {
  /** Answers the probe with its index, and the next call with all regions, a hundred at a time. */
  async function joins(index: number): Promise<ScriptedCall> {
    const probe = await follower.joins();
    probe.send(ofPd(index, []));
    const call = await follower.leader.next();
    expect([call.request.startIndex, probe.signal.aborted]).toEqual([0, true]);
    call.send(ofPd(0, regions(1, 100)), ofPd(100, regions(101, 200)), ofPd(200, regions(201, 250)));
    return call;
  }

  test('is complete with a keepalive when nothing was made meanwhile', async () => {
    const call = await joins(140);
    await until(() => follower.tally.ledger.pending === 250, { deadlineMs: 5_000, describe: 'staged' });
    expect(follower.member.freshness.complete).toBe(false);
    call.send(ofPd(140, []));
    await follower.reaches('live');
    expect(follower.member.status()).toMatchObject({ next: 140, regions: 250 });
  });

  test('asks for the records that it lost meanwhile', async () => {
    const call = await joins(140);
    call.send(ofPd(143, [region(7, 4)]));
    const missed = await follower.leader.next();
    expect(missed.request.startIndex).toBe(140);
    missed.send(ofPd(140, [region(5, 3), region(6, 3), merged(240, 250), region(7, 4)]), ofPd(144, []));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(
      shownAs([
        ...regions(1, 4),
        region(5, 3),
        region(6, 3),
        region(7, 4),
        ...regions(8, 239),
        merged(240, 250),
      ]),
    );
    const { received, applied, superseded, pending } = follower.tally.ledger;
    expect([received, applied, superseded, pending]).toEqual([255, 254, 1, 0]);
  });

  test('asks for all regions when those records are no longer there', async () => {
    const call = await joins(140);
    call.send(ofPd(9_000, []));
    const missed = await follower.leader.next();
    expect(missed.request.startIndex).toBe(140);
    missed.send(ofPd(9_001, [region(7, 4)]));
    const again = await follower.leader.next();
    expect(again.request.startIndex).toBe(0);
    again.send(ofPd(0, regions(1, 3)), ofPd(9_001, []));
    await follower.reaches('live');
    expect(shownRegions(follower.replica.regions)).toEqual(shownAs(regions(1, 3)));
  });
});
