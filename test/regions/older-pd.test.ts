// F15: peers from before 2026. An old PD leads: frames of a hundred, no word that a snapshot is over, a replay in one
// frame, nothing at all when records are missing. An old PD follows: it counts what it gets and believes every frame.

import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { beyondAll } from '../../services/region-syncer/src/follower/state.ts';
import { ofPd, region, regions } from '../../services/region-syncer/src/follower/world/regions.ts';
import type { ScriptedCall } from '../../services/region-syncer/src/follower/world/scripted-leader.ts';
import { FollowedScript } from './followed-script.ts';
import { MemberUnderTest } from './member-under-test.ts';
import { expectBalanced } from './same.ts';
import { Stores } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

/** An old leader's snapshot of regions 1 to 250: it is over when something else comes. */
const snapshot = () => [ofPd(0, regions(1, 100)), ofPd(100, regions(101, 200)), ofPd(200, regions(201, 250))];

/** The follower asks for the old leader's index, which is `index`, and then for all regions. */
async function joins(script: FollowedScript, index: number): Promise<ScriptedCall> {
  const probe = await script.next();
  expect(probe.request.startIndex).toBe(beyondAll);
  probe.send(ofPd(index, []));
  const call = await script.next();
  expect(call.request.startIndex).toBe(0);
  call.send(...snapshot());
  return call;
}

test('F15: an old leader’s snapshot is complete with its keepalive, not with its last region', async () => {
  await using script = await FollowedScript.start('foreign');
  const call = await joins(script, 140);
  await script.follower.becomes('every region being there', ({ ledger }) => ledger?.pending === 250n);
  expect((await script.follower.status()).ready).toBe(false);
  expect(await script.follower.staleRegions()).toEqual([]);
  call.send(ofPd(140, []));
  await script.holds(140, 250);
  expectBalanced(await script.follower.status());
});

test('F15: what an old leader made during its snapshot, and never sent, is asked for', async () => {
  await using script = await FollowedScript.start('foreign');
  const call = await joins(script, 140);
  call.send(ofPd(143, [region(7, 4)]));
  const missed = await script.next();
  expect(missed.request.startIndex).toBe(140);
  missed.send(ofPd(140, [region(5, 3), region(6, 3), region(8, 3), region(7, 4)]), ofPd(144, []));
  await script.holds(144, 250);
  const [, , , , fifth] = await script.follower.regions();
  expect(fifth?.region).toMatchObject({ id: 5n, regionEpoch: { version: 3n } });
  expectBalanced(await script.follower.status());
});

test('F15: a replay of ten thousand records in one frame is taken', async () => {
  await using script = await FollowedScript.start('foreign', { trustForeign: 'true' });
  const call = await joins(script, 140);
  call.send(ofPd(140, []));
  await script.holds(140, 250);
  call.end(Status.UNAVAILABLE, 'for a test');
  const replay = await script.next();
  expect(replay.request.startIndex).toBe(140);
  const many = Array.from({ length: 40 }, (_, round) => regions(1, 250, 3 + round)).flat();
  replay.send(ofPd(140, many), ofPd(10_140, []));
  await script.holds(10_140, 250);
  expect((await script.follower.status()).ledger).toMatchObject({ applied: 10_250n, stale: 0n });
  expectBalanced(await script.follower.status());
});

test('F15: records that an old leader left out without a word are a reason to take all regions', async () => {
  await using script = await FollowedScript.start('foreign');
  const call = await joins(script, 140);
  call.send(ofPd(140, []));
  await script.holds(140, 250);
  call.send(ofPd(190, [region(9, 3)]));
  const again = await script.next();
  expect((await script.follower.status()).regions).toBe(250n);
  expect(again.request.startIndex).toBe(0);
  again.send(ofPd(0, regions(1, 20)), ofPd(191, []));
  const since = await script.next();
  expect(since.request.startIndex).toBe(190);
  since.send(ofPd(190, [region(9, 3)]), ofPd(191, []));
  await script.holds(191, 20);
  expectBalanced(await script.follower.status());
});

test('F15: the silence of an old leader is not its health', async () => {
  await using script = await FollowedScript.start('foreign', { silence: '500ms' });
  const call = await joins(script, 140);
  call.send(ofPd(140, []));
  await script.holds(140, 250);
  const again = await script.next();
  expect(again.request.startIndex).toBe(beyondAll);
  const { ready, lastError } = await script.follower.status();
  expect([ready, lastError?.message]).toEqual([false, expect.stringContaining('silence')]);
});

test('F15: an old follower that comes back with what it counted gets all regions, and no error frame ever', async () => {
  await using leader = await MemberUnderTest.leader();
  using stores = await Stores.fill(leader, { count: 500 });
  {
    using first = await SyncReader.ask(leader);
    await first.completed();
    stores.tell([3, 4], { round: 1 });
    const { nextIndex } = await leader.becomes('two records', ({ ledger }) => ledger?.pending === 0n);
    await first.until('the records', () => first.next === nextIndex);
    await leader.restart();
    const end = await first.end();
    expect(end.code).toBe(Status.UNAVAILABLE);
    expect(first.frames.every(({ header }) => header?.error === undefined)).toBe(true);
  }
  await leader.ready();
  using second = await SyncReader.ask(leader, { startIndex: 502n });
  await second.completed();
  expect(second.frames[0]?.startIndex).toBe(0n);
  expect(second.frames.reduce((sum, { regions: sent }) => sum + sent.length, 0)).toBe(500);
});
