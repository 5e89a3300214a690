import { FrameKind } from '@syncline/proto/region-frame.ts';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import {
  base,
  distrust,
  frame,
  joining,
  nothing,
  of,
  ofPd,
  own,
  reached,
  run,
  started,
  trust,
} from './machine.fixture.ts';
import { beyondAll } from './state.ts';

test.each([
  ['of nothing, ours', nothing, 'ours', distrust, false, 'ask 0'],
  ['of its own position, ours', own, 'ours', distrust, false, `ask ${base + 10}`],
  ['for all regions, ours, when it must', own, 'ours', distrust, true, 'ask 0'],
  ['for all regions, ours, after a PD', ofPd, 'ours', distrust, false, 'ask 0'],
  ['for more than there is, of a PD, after ours', own, 'foreign', distrust, false, `ask ${beyondAll}`],
  [
    'for more than there is, of a PD that may have restarted',
    ofPd,
    'foreign',
    distrust,
    false,
    `ask ${beyondAll}`,
  ],
  ['of its own position, of a PD that is trusted', ofPd, 'foreign', trust, false, 'ask 500'],
] as const)('asks %s', (_, held, leader, plan, forced, expected) => {
  expect(started(held, leader, plan, forced).effects).toEqual(['connect', 'watch', expected, 'watch']);
});

test('a reset serves what is held until all regions are there, and outlives a restart', () => {
  const live = run(joining(own, 'ours'), [of(FrameKind.IN_SYNC, base + 10, 0)]).state;
  const { state, effects } = run(live, [{ kind: 'reset', reason: 'stale reads' }, { kind: 'due' }]);
  expect(effects).toEqual(['hang-up', 'wait', 'ask 0', 'watch']);
  expect(state.held).toEqual({ ...own, term: 0 });
});

test('after a reset the leader that answers is followed, whatever term it is in', () => {
  const live = run(joining(own, 'ours'), [of(FrameKind.IN_SYNC, base + 10, 0)]).state;
  const next = firstOfTerm(1) + 5;
  const { state } = run(live, [
    { kind: 'reset', reason: 'another leader' },
    { kind: 'due' },
    of(FrameKind.SNAPSHOT, 0, 9, { previous: next, total: 9, term: 1 }),
    of(FrameKind.SNAPSHOT_END, next, 0, { leaderNext: next, term: 1 }),
    { kind: 'completed' },
  ]);
  expect(state).toMatchObject({ phase: { kind: 'live' }, held: { next, term: 1 }, forced: false });
});

test('a connection that is lost before a PD is asked again takes along what was learnt on it', () => {
  const probe = joining(nothing, 'foreign');
  const gap = [frame({ startIndex: 0, count: 1 }), frame({ startIndex: 50 }), { kind: 'completed' } as const];
  const { state } = run(probe, [...gap, frame({ startIndex: 60 }), { kind: 'lost' }]);
  expect(state).toMatchObject({ phase: { kind: 'backing-off' }, floor: undefined, sameProcess: false });
  expect(run(state, [{ kind: 'due' }, reached('foreign')]).effects).toContain(`ask ${beyondAll}`);
});

test('stopping gives up what is not whole', () => {
  const { effects } = run(joining(nothing, 'ours'), [
    of(FrameKind.SNAPSHOT, 0, 1, { previous: base, total: 9 }),
    { kind: 'stop' },
  ]);
  expect(effects.slice(-2)).toEqual(['drop', 'disconnect']);
});
