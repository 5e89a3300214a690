// F5, F6: a follower that is killed, wherever it may be writing.

import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';

/** Regions with long keys are a snapshot of two pieces. */
const layout = { count: 1_500, keyBytes: 500 };
const piece = '1MiB';
const oftenChecked = { checkpointRecords: '1000', retentionRecords: '1000', segment: '1000' };

/** A leader with regions, and a follower that has them. */
async function pair(stack: AsyncDisposableStack) {
  const leader = stack.use(await MemberUnderTest.leader());
  const follower = stack.use(await MemberUnderTest.follower(leader.address, { piece }));
  const stores = stack.use(await Stores.fill(leader, layout));
  await expectSame(leader, [follower]);
  return { leader, follower, stores };
}

test.for([
  { point: 'generation.piece=kill@2', where: 'between two pieces', more: 'and takes another', snapshots: 1n },
  {
    point: 'generation.before-flip=kill@1',
    where: 'before the flip',
    more: 'and takes another',
    snapshots: 1n,
  },
  {
    point: 'generation.after-flip=kill@1',
    where: 'right after the flip',
    more: 'which it keeps',
    snapshots: 0n,
  },
])('F5: killed $where of a snapshot, a follower has a whole copy, $more', async ({ point, snapshots }) => {
  await using stack = new AsyncDisposableStack();
  const { leader, follower, stores } = await pair(stack);
  await follower.restart({ failpoints: point });
  await follower.ready();
  stores.tellAll(1);
  await stores.settled();
  await follower.reset();
  expect((await follower.exited).signal).toBe('SIGKILL');
  await follower.restart();
  await follower.becomes('the copy being read', ({ regions }) => regions > 0n);
  expect((await follower.staleRegions()).length).toBe(layout.count);
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(snapshots);
});

test.for([
  { point: 'log.append.before-commit', where: 'before a commit' },
  { point: 'log.append.after-commit', where: 'between a commit and what follows it' },
  { point: 'generation.before-flip', where: 'before the end of a checkpoint' },
  { point: 'trim', where: 'in the trimming of its log' },
])('F5, F6: killed $where, a follower goes on from its own copy, without a snapshot', async ({ point }) => {
  await using stack = new AsyncDisposableStack();
  const { leader, follower, stores } = await pair(stack);
  await follower.restart({ ...oftenChecked, failpoints: `${point}=kill@1` });
  stores.tellAll(1);
  expect((await follower.exited).signal).toBe('SIGKILL');
  stores.tellAll(2);
  await follower.restart(oftenChecked);
  await stores.settled();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 0n, replay: 1n });
});
