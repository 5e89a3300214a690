import { expect, test } from 'vitest';
import { nextStep, type StreamStanding } from './decision.ts';
import type { HeldTarget, WantedTarget } from './held.ts';

const never = Number.POSITIVE_INFINITY;
const wanted: WantedTarget = { ips: ['10.0.0.1/24'], ipsKey: 'a', maxTargets: 3 };
const held: HeldTarget = { ips: ['10.0.0.1/24'], ipsKey: 'a', identifier: 2, state: 'listed', sentMs: 0 };
const standing: StreamStanding = {
  isWanted: true,
  wanted,
  held,
  refreshAtMs: 30_000,
  retryAtMs: 0,
  leaveByMs: never,
};

test('a target that is held as wanted is refreshed when that is due', () => {
  expect(nextStep(standing, 29_999)).toEqual({ kind: 'rest', untilMs: 30_000 });
  expect(nextStep(standing, 30_000)).toEqual({ kind: 'secure', wanted });
});

test('a target that nobody answered for is secured as soon as another attempt may be made', () => {
  const doubtful = { ...standing, held: { ...held, state: 'doubtful' as const }, retryAtMs: 500 };
  expect(nextStep(doubtful, 499)).toEqual({ kind: 'rest', untilMs: 500 });
  expect(nextStep(doubtful, 500)).toEqual({ kind: 'secure', wanted });
});

test.each([
  ['other addresses are wanted', { ...wanted, ipsKey: 'b' }],
  ['its identifier is above max-targets', { ...wanted, maxTargets: 1 }],
  ['no target is wanted', undefined],
])('what is held is unregistered before anything else when %s', (_, other) => {
  expect(nextStep({ ...standing, wanted: other, leaveByMs: 100 }, 0)).toEqual({ kind: 'unregister' });
});

test('what cannot be unregistered within its budget is left behind', () => {
  const leaving = { ...standing, wanted: undefined, retryAtMs: 200, leaveByMs: 100 };
  expect(nextStep(leaving, 50)).toEqual({ kind: 'rest', untilMs: 100 });
  expect(nextStep(leaving, 100)).toEqual({ kind: 'leave-behind' });
});

test('a stream is over when it is not wanted and nothing is held, and waits when it is wanted and cannot be', () => {
  const bare = { ...standing, wanted: undefined, held: undefined };
  expect(nextStep({ ...bare, isWanted: false }, 0)).toEqual({ kind: 'over' });
  expect(nextStep(bare, 0)).toEqual({ kind: 'rest', untilMs: never });
});
