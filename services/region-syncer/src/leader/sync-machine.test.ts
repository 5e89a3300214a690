import { FrameKind } from '@syncline/proto/region-frame.ts';
import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { joiningStream, syncStep, wantOf } from './sync-machine.ts';
import type { SyncEvent, SyncState } from './sync-phase.ts';

const at = firstOfTerm(3);
const { SNAPSHOT, SNAPSHOT_END, REPLAY, DELTA, DELTA_END, LIVE, KEEPALIVE, IN_SYNC } = FrameKind;

/** What is sent after these events, as kind, start index, previous and total, and where that ends. */
function sent(state: SyncState, ...events: readonly SyncEvent[]) {
  let now = state;
  const frames = events.flatMap((event) => {
    const step = syncStep(now, event);
    now = step.state;
    return step.frames.map(({ kind, startIndex, previous, total }) => [kind, startIndex, previous, total]);
  });
  return { frames, state: now, want: wantOf(now) };
}

const ours = (position: number) => joiningStream(position, true);
const pd = (position: number) => joiningStream(position, false);
const snapshot: SyncEvent = { kind: 'planned', plan: { tier: 'snapshot', reason: 'zero' }, next: at };
const captured = (total: number): SyncEvent => ({
  kind: 'captured',
  tier: 'snapshot',
  position: at,
  total,
  removed: 0,
});
const regions = (count: number): SyncEvent => ({ kind: 'regions', count });
const records = (first: number, count: number): SyncEvent => ({ kind: 'records', first, count });
const caughtUp = (next: number): SyncEvent => ({ kind: 'caught-up', next });
const quiet = (next: number): SyncEvent => ({ kind: 'quiet', next });

test('a follower that lacks nothing is told so, and where the next term begins', () => {
  const plan: SyncEvent = {
    kind: 'planned',
    plan: { tier: 'in-sync', reason: 'equal' },
    next: firstOfTerm(4),
  };
  const { frames, want } = sent(ours(at + 5), plan, records(firstOfTerm(4), 2));
  expect(frames).toEqual([
    [IN_SYNC, firstOfTerm(4), at + 5, 0],
    [LIVE, firstOfTerm(4), firstOfTerm(4), 0],
  ]);
  expect(want).toBe('records');
});

test.each([
  ['one of ours', ours(0)],
  ['a PD', pd(0)],
])('%s is sent a snapshot by position, then by index, and then its end', (_, state) => {
  const { frames } = sent(
    state,
    snapshot,
    captured(5),
    regions(3),
    regions(2),
    records(at, 4),
    caughtUp(at + 4),
    records(at + 4, 1),
  );
  expect(frames).toEqual([
    [SNAPSHOT, 0, at, 5],
    [SNAPSHOT, 3, at, 0],
    [REPLAY, at, at, 0],
    [SNAPSHOT_END, at + 4, at + 4, 0],
    [LIVE, at + 4, at + 4, 0],
  ]);
});

test('one of ours is told of a snapshot without regions', () => {
  const { frames } = sent(ours(0), snapshot, captured(0), records(at, 2), caughtUp(at + 2));
  expect(frames).toEqual([
    [SNAPSHOT, 0, at, 0],
    [REPLAY, at, at, 0],
    [SNAPSHOT_END, at + 2, at + 2, 0],
  ]);
});

test('to a PD the records after a snapshot without regions are the snapshot', () => {
  const { frames } = sent(
    pd(0),
    snapshot,
    captured(0),
    records(at, 2),
    records(at + 2, 1),
    caughtUp(at + 3),
    records(at + 3, 1),
  );
  expect(frames.map(([, startIndex]) => startIndex)).toEqual([0, 2, at + 3, at + 3]);
});

test('a PD hears nothing before the end of its snapshot, however long that takes', () => {
  const waiting = sent(pd(0), snapshot, quiet(at));
  expect(waiting.frames).toEqual([]);
  const sending = sent(waiting.state, captured(2), regions(1), quiet(at), regions(1), quiet(at));
  expect(sending.frames).toHaveLength(2);
});

test('one of ours is told that it has to wait, until its snapshot begins', () => {
  const { frames, want } = sent(ours(at + 9), snapshot, quiet(at));
  expect([frames, want]).toEqual([[[KEEPALIVE, 0, 0, 0]], 'capture']);
  expect(sent(ours(0), snapshot, captured(2), quiet(at)).frames).toEqual([]);
});

const behind: SyncEvent = {
  kind: 'planned',
  plan: { tier: 'delta', reason: 'behind-log', from: at - 7 },
  next: at,
};
const changed = (total: number, removed: number): SyncEvent => ({
  kind: 'captured',
  tier: 'delta',
  position: at,
  total,
  removed,
});

test('a delta removes first, and says its total once', () => {
  const { frames, want } = sent(
    ours(at - 7),
    behind,
    changed(3, 5),
    { kind: 'ids', count: 4 },
    { kind: 'ids', count: 1 },
    regions(2),
    regions(1),
  );
  expect(frames).toEqual([
    [DELTA, 0, at - 7, 3],
    [DELTA, 0, at - 7, 0],
    [DELTA, 0, at - 7, 0],
    [DELTA, 2, at - 7, 0],
    [DELTA_END, at, at - 7, 0],
  ]);
  expect(want).toBe('records');
});

test('a delta in which nothing is left of what happened is two empty frames', () => {
  const { frames } = sent(ours(at - 7), behind, changed(0, 0));
  expect(frames).toEqual([
    [DELTA, 0, at - 7, 0],
    [DELTA_END, at, at - 7, 0],
  ]);
});

test('a delta that can no longer be told is a snapshot', () => {
  const { frames } = sent(ours(at - 7), behind, captured(1), regions(1));
  expect(frames).toEqual([[SNAPSHOT, 0, at, 1]]);
});

const replay: SyncEvent = {
  kind: 'planned',
  plan: { tier: 'replay', reason: 'in-log', from: at },
  next: at + 2,
};

test('a replay continues from what was asked, also across the start of a term', () => {
  const { frames } = sent(ours(at - 3), replay, records(at, 2), caughtUp(at + 2), records(at + 2, 1));
  expect(frames).toEqual([
    [REPLAY, at, at - 3, 0],
    [LIVE, at + 2, at + 2, 0],
  ]);
});

test('one of ours is told when what it lacks is a term without records', () => {
  const next = firstOfTerm(4);
  const { frames } = sent(ours(at), replay, records(at, 2), caughtUp(next), records(next, 1));
  expect(frames).toEqual([
    [REPLAY, at, at, 0],
    [KEEPALIVE, next, at + 2, 0],
    [LIVE, next, next, 0],
  ]);
});

test('a keepalive of a live stream moves it into a term that has no records', () => {
  const next = firstOfTerm(4);
  const { frames } = sent(ours(at), replay, records(at, 2), caughtUp(at + 2), quiet(next), records(next, 1));
  expect(frames.slice(1)).toEqual([
    [KEEPALIVE, next, at + 2, 0],
    [LIVE, next, next, 0],
  ]);
});

test('when the log has lost what follows a snapshot, one of ours completes it there and is sent what changed since', () => {
  const gap = at + 900;
  const lost = sent(ours(0), snapshot, captured(1), regions(1), records(at, 4), { kind: 'gone' });
  expect(lost.frames.slice(2)).toEqual([[SNAPSHOT_END, at + 4, at + 4, 0]]);
  expect([lost.want, lost.state.losses]).toEqual(['plan', 1]);
  const then = sent(
    lost.state,
    { kind: 'planned', plan: { tier: 'delta', reason: 'behind-log', from: at + 4 }, next: gap },
    { kind: 'captured', tier: 'delta', position: gap, total: 1, removed: 0 },
    regions(1),
    caughtUp(gap),
  );
  expect(then.frames).toEqual([
    [DELTA, 0, at + 4, 1],
    [DELTA_END, gap, at + 4, 0],
  ]);
  expect([then.state.phase.kind, then.state.losses]).toEqual(['live', 0]);
});

test('one of ours whose replay is lost gets what it lacks in another way', () => {
  expect(sent(ours(at), replay, { kind: 'gone' }).want).toBe('plan');
});

test.each([
  ['in its snapshot', [snapshot, captured(1), regions(1)]],
  ['in a replay', [replay]],
])('a PD whose records are lost %s has to join anew', (_, events) => {
  const { state, want } = sent(pd(at), ...events, { kind: 'gone' });
  expect([state.phase.kind, want]).toEqual(['over', 'nothing']);
});
