// What holds after every fault: nothing was lost, and whoever follows has what its leader has.

import { isDeepStrictEqual } from 'node:util';
import type { RegionStatus } from '@syncline/proto/region.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect } from 'vitest';
import type { MemberUnderTest } from './member-under-test.ts';

/** Every record received has one fate, none is left over, and none was dropped. */
export function expectBalanced({ ledger }: RegionStatus): void {
  if (ledger === undefined) throw new Error('Status has no ledger');
  const { received, applied, superseded, stale, quarantined, pending, dropped } = ledger;
  expect({ received, pending, dropped }).toEqual({
    received: applied + superseded + stale + quarantined,
    pending: 0n,
    dropped: 0n,
  });
}

/**
 * Waits until the followers are ready where their leader is, which must be quiet. Then their regions are the leader's, by
 * the members' own digests and in all that a follower answers of them, and all ledgers balance. What it keeps and does not
 * answer is same.test.ts's.
 */
export async function expectSame(
  leader: MemberUnderTest,
  followers: readonly MemberUnderTest[],
  deadlineMs = 15_000,
): Promise<void> {
  const { nextIndex } = await leader.becomes(
    'the leader leading quietly',
    (status) => status.ready && isQuiet(status),
    deadlineMs,
  );
  for (const follower of followers) {
    await follower.becomes(
      `being ready at ${nextIndex}`,
      (status) => status.ready && status.nextIndex === nextIndex && isQuiet(status),
      deadlineMs,
    );
  }
  const wanted = await leader.digest();
  const regions = await leader.regions();
  expectBalanced(await leader.status());
  for (const follower of followers) {
    expect(await follower.digest()).toEqual(wanted);
    const copies = await follower.regions();
    expect(copies.length).toBe(regions.length);
    // To have vitest compare all of them costs up to a second.
    const at = regions.findIndex((region, n) => !isDeepStrictEqual(copies[n], region));
    if (at >= 0) expect(copies[at], `region ${at}`).toStrictEqual(regions[at]);
    expect(at).toBe(-1);
    expectBalanced(await follower.status());
  }
}

/** Waits until a follower has what its leader has now. */
export async function reached(leader: MemberUnderTest, follower: MemberUnderTest): Promise<void> {
  const { nextIndex } = await leader.status();
  await until(() => follower.status(), {
    deadlineMs: 15_000,
    everyMs: 5,
    describe: `the follower being at ${nextIndex}`,
    accept: (status) => status.nextIndex >= nextIndex,
  });
}

function isQuiet({ nextIndex, durableIndex, ledger }: RegionStatus): boolean {
  return nextIndex === durableIndex && ledger?.pending === 0n;
}
