import { setImmediate as nextTurn } from 'node:timers/promises';
import { faultOf, StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FollowerUnderTest, live, reset } from './follower.fixture.ts';
import { StoreGates } from './store-gates.fixture.ts';
import { leftBehind } from './world/follower-world.ts';
import { base, ownSnapshot, regions } from './world/regions.ts';

let follower: FollowerUnderTest;
let gates: StoreGates;

beforeEach(async () => {
  gates = new StoreGates();
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

/** How often the store has kept that a snapshot is wanted. */
const marks = () => gates.done('forceSnapshot');

/** What a follower asks for that starts on what a kill would leave now. */
async function asksAfterKill(): Promise<number> {
  await using left = await tempDir('follower-left');
  await leftBehind(follower.directory, left.path);
  const call = await follower.joins({ directory: left.path });
  return call.request.startIndex;
}

/** Whether it has been answered, as `given` says, when everything that can go on has done so. */
async function isAnswered(given: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  return given();
}

test('a reset is answered when a kill does not undo it, and not before', async () => {
  await live(follower, { through: gates.through });
  const release = gates.hold('forceSnapshot');
  let has: number | undefined;
  const answered = reset(follower, 'test').then((next) => {
    has = next;
  });
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  expect(await isAnswered(() => has !== undefined)).toBe(false);
  release();
  await answered;
  expect([has, await asksAfterKill()]).toEqual([base + 10, 0]);
});

test('a reset while a snapshot is made the present copy is answered when it outlasts that', async () => {
  await live(follower, { through: gates.through });
  await reset(follower, 'first');
  const flip = gates.hold('flip');
  (await follower.leader.next()).send(...ownSnapshot(base + 20, regions(1, 4)));
  await follower.reaches('completing');
  let has: number | undefined;
  const answered = reset(follower, 'second').then((next) => {
    has = next;
  });
  await until(() => marks() === 2, { deadlineMs: 5_000, describe: 'the mark that the flip takes with it' });
  const release = gates.hold('forceSnapshot');
  expect(await isAnswered(() => has !== undefined)).toBe(false);
  flip();
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  expect(await isAnswered(() => has !== undefined)).toBe(false);
  release();
  await answered;
  expect([marks(), await asksAfterKill()]).toEqual([3, 0]);
});

test('a reset that the disk does not keep is refused, goes on all the same, and is kept when the disk can', async () => {
  await live(follower, { through: gates.through });
  const refusal = Promise.reject(new StoreFaultError('force a snapshot', 'disk-full', 'SQLITE_FULL', 'full'));
  gates.set('forceSnapshot', refusal);
  const refused: unknown = await reset(follower, 'test').catch((reason: unknown) => reason);
  expect(faultOf(refused)).toBe('disk-full');
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  gates.clear();
  await until(() => marks() === 1, { deadlineMs: 5_000, describe: 'the mark' });
  expect(await asksAfterKill()).toBe(0);
});

test('a reset whose caller does not wait goes on', async () => {
  await live(follower, { through: gates.through });
  const release = gates.hold('forceSnapshot');
  const caller = new AbortController();
  const answered = follower.member.reset('test', caller.signal);
  caller.abort(new Error('gone'));
  await expect(answered).rejects.toThrow('gone');
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  release();
  await until(() => marks() === 1, { deadlineMs: 5_000, describe: 'the mark' });
});
