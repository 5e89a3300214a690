import type { Following } from '@syncline/rpc/watch/followed-watch.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { NspLink } from './nsp-link.ts';

/** The link at so many ms, when its two watches are there. */
function linkAt(ms: number, conduits: Following, flows: Following): NspLink['state'] {
  const clock = new VirtualClock();
  clock.advance(ms);
  const counts = { received: 0, losses: 0 };
  const lists = [
    { kind: 'conduits', watch: { state: conduits, ...counts } },
    { kind: 'flows', watch: { state: flows, ...counts } },
  ] as const;
  return new NspLink('nsp:7778', lists, clock).state;
}

const inStep: Following = { kind: 'in step' };
const lostSince = (sinceMs: number): Following => ({ kind: 'lost', sinceMs, reason: `down at ${sinceMs}` });
const untold: Following = { kind: 'untold', reason: 'no answer within 5000 ms' };

test('while all watches tell, nothing is stale', () => {
  expect(linkAt(3_600_000, inStep, inStep)).toEqual({ kind: 'in step' });
});

test('what is known is as old as what was lost first', () => {
  const stale = { kind: 'stale', ms: 70, reason: 'flows: down at 30' };
  expect(linkAt(100, inStep, lostSince(30))).toEqual(stale);
  expect(linkAt(100, lostSince(40), lostSince(30))).toEqual(stale);
});

test('a list that was never told counts before one that is stale', () => {
  expect(linkAt(100, lostSince(30), untold)).toEqual({
    kind: 'untold',
    reason: 'no flows: no answer within 5000 ms',
  });
});
