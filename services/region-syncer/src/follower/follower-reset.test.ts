import { setImmediate as nextTurn } from 'node:timers/promises';
import { faultOf, StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RegionStoreThread } from '../store/open-region-store.ts';
import { FollowerUnderTest, live, reset } from './follower.fixture.ts';
import { leftBehind } from './world/follower-world.ts';
import { base, ownSnapshot, regions } from './world/regions.ts';

let follower: FollowerUnderTest;
/** What the store's calls wait for, by name. */
let gates: Map<string, Promise<unknown>>;
/** How often the store has kept that a snapshot is wanted. */
let marks: number;

beforeEach(async () => {
  gates = new Map();
  marks = 0;
  follower = await FollowerUnderTest.of('ours');
});

afterEach(() => follower[Symbol.asyncDispose]());

function through(thread: RegionStoreThread): Pick<RegionStoreThread, 'call'> {
  return {
    call: async (method, ...args) => {
      await gates.get(method);
      const answer = await thread.call(method, ...args);
      if (method === 'forceSnapshot') marks += 1;
      return answer;
    },
  };
}

/** Holds the store's calls of this name until it is called. */
function hold(method: string): () => void {
  const gate = Promise.withResolvers<void>();
  gates.set(method, gate.promise);
  return () => {
    gates.delete(method);
    gate.resolve();
  };
}

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
  await live(follower, { through });
  const release = hold('forceSnapshot');
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
  await live(follower, { through });
  await reset(follower, 'first');
  const flip = hold('flip');
  (await follower.leader.next()).send(...ownSnapshot(base + 20, regions(1, 4)));
  await follower.reaches('completing');
  let has: number | undefined;
  const answered = reset(follower, 'second').then((next) => {
    has = next;
  });
  await until(() => marks === 2, { deadlineMs: 5_000, describe: 'the mark that the flip takes with it' });
  const release = hold('forceSnapshot');
  expect(await isAnswered(() => has !== undefined)).toBe(false);
  flip();
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  expect(await isAnswered(() => has !== undefined)).toBe(false);
  release();
  await answered;
  expect([marks, await asksAfterKill()]).toEqual([3, 0]);
});

test('a reset that the disk does not keep is refused, goes on all the same, and is kept when the disk can', async () => {
  await live(follower, { through });
  const refusal = Promise.reject(new StoreFaultError('force a snapshot', 'disk-full', 'SQLITE_FULL', 'full'));
  refusal.catch(() => {});
  gates.set('forceSnapshot', refusal);
  const refused: unknown = await reset(follower, 'test').catch((reason: unknown) => reason);
  expect(faultOf(refused)).toBe('disk-full');
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  gates.clear();
  await until(() => marks === 1, { deadlineMs: 5_000, describe: 'the mark' });
  expect(await asksAfterKill()).toBe(0);
});

test('a reset whose caller does not wait goes on', async () => {
  await live(follower, { through });
  const release = hold('forceSnapshot');
  const caller = new AbortController();
  const answered = follower.member.reset('test', caller.signal);
  caller.abort(new Error('gone'));
  await expect(answered).rejects.toThrow('gone');
  expect((await follower.leader.next()).request.startIndex).toBe(0);
  release();
  await until(() => marks === 1, { deadlineMs: 5_000, describe: 'the mark' });
});
