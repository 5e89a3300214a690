import { FrameKind } from '@syncline/proto/region-frame.ts';
import { describe, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { beyondAll, idleFollower, transition } from './machine.ts';
import type { FollowerEvent, FollowerState, FrameSummary, Held } from './state.ts';

const base = firstOfTerm(3);
const nothing: Held = { next: 0, origin: undefined, term: 0 };
const own: Held = { next: base + 10, origin: { kind: 'ours', member: 7n }, term: 3 };
const ofPd: Held = { next: 500, origin: { kind: 'foreign', member: 7n }, term: 0 };
const distrust = { trustForeign: false };

function frame(fields: Partial<FrameSummary>): FollowerEvent {
  const none: FrameSummary = {
    kind: FrameKind.UNSPECIFIED,
    startIndex: 0,
    count: 0,
    previous: 0,
    term: 0,
    leaderNext: 0,
    total: 0,
    hasDigest: false,
  };
  return { kind: 'frame', frame: { ...none, ...fields } };
}

/** A frame of ours, of term 3. */
function of(kind: FrameKind, startIndex: number, count: number, fields: Partial<FrameSummary> = {}) {
  return frame({ kind, startIndex, count, previous: startIndex, term: 3, ...fields });
}

/** Runs the events one after the other; every effect, written short. */
function run(state: FollowerState, events: readonly FollowerEvent[], plan = distrust) {
  const effects: string[] = [];
  for (const event of events) {
    const step = transition(plan, state, event);
    state = step.state;
    effects.push(...step.effects.map(short));
  }
  return { state, effects };
}

function short(effect: { kind: string; index?: number; next?: number; position?: number; tier?: string }) {
  const at = effect.index ?? effect.next ?? effect.position ?? effect.tier;
  return at === undefined ? effect.kind : `${effect.kind} ${at}`;
}

function joining(held: Held, leader: 'ours' | 'foreign', plan = distrust, forced = false): FollowerState {
  const member = 7n;
  const reached: FollowerEvent = { kind: 'reached', leader: { member, ours: leader === 'ours' } };
  return run(idleFollower(held, forced), [{ kind: 'start' }, reached], plan).state;
}

function asked(held: Held, leader: 'ours' | 'foreign', plan = distrust, forced = false): string | undefined {
  const member = 7n;
  const reached: FollowerEvent = { kind: 'reached', leader: { member, ours: leader === 'ours' } };
  return run(idleFollower(held, forced), [{ kind: 'start' }, reached], plan).effects.find((effect) =>
    effect.startsWith('ask'),
  );
}

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
  ['of its own position, of a PD that is trusted', ofPd, 'foreign', { trustForeign: true }, false, 'ask 500'],
] as const)('asks %s', (_, held, leader, plan, forced, expected) => {
  expect(asked(held, leader, plan, forced)).toBe(expected);
});

describe('of our leader', () => {
  test('nothing missed is live at once, also across the start of a term', () => {
    const next = firstOfTerm(4);
    const { state, effects } = run(joining(own, 'ours'), [
      of(FrameKind.IN_SYNC, next, 0, { previous: base + 10, term: 4 }),
    ]);
    expect(state).toMatchObject({ phase: { kind: 'live' }, held: { next, term: 4 } });
    expect(effects).toEqual(['joined in-sync', `move ${next}`, 'healthy', 'watch']);
  });

  test('what was missed is applied in order, and it is live where the leader was when it joined', () => {
    const replay = (at: number) => of(FrameKind.REPLAY, base + at, 5, { leaderNext: base + 20 });
    const { state, effects } = run(joining(own, 'ours'), [
      replay(10),
      replay(15),
      of(FrameKind.LIVE, base + 20, 1),
    ]);
    expect(effects).toEqual([
      'joined replay',
      'apply',
      'watch',
      'apply',
      'healthy',
      'watch',
      'apply',
      'watch',
    ]);
    expect(state).toMatchObject({ phase: { kind: 'live' }, held: { next: base + 21 } });
  });

  test('a record that is missing is asked for again, and nothing is applied', () => {
    const { state, effects } = run(joining(own, 'ours'), [of(FrameKind.REPLAY, base + 11, 5)]);
    expect(effects).toEqual(['hang-up', 'wait']);
    expect(state).toMatchObject({ phase: { kind: 'backing-off' }, held: own, why: 'gap' });
    expect(run(state, [{ kind: 'due' }]).effects).toEqual([`ask ${base + 10}`, 'watch']);
  });

  test('a record that was taken before is passed over', () => {
    const { state, effects } = run(joining(own, 'ours'), [of(FrameKind.REPLAY, base, 10)]);
    expect(effects).toEqual(['skip', 'watch']);
    expect(state.held).toEqual(own);
  });

  test.each([
    ['of a later term', of(FrameKind.REPLAY, firstOfTerm(4), 5, { previous: base + 10 })],
    [
      'of a term, but not its first',
      of(FrameKind.IN_SYNC, firstOfTerm(4) + 1, 0, { previous: base + 10, term: 4 }),
    ],
    [
      'of a term, after records that are missing',
      of(FrameKind.REPLAY, firstOfTerm(4), 5, { previous: base + 15, term: 4 }),
    ],
    ['of no term', of(FrameKind.SNAPSHOT, 0, 1, { previous: 1_000, total: 1 })],
    ['of two terms', of(FrameKind.REPLAY, base + 10, 2 ** 36)],
  ] as const)('an index %s that the leader cannot have assigned is refused', (_, frame) => {
    expect(run(joining(own, 'ours'), [frame]).state).toMatchObject({
      held: { next: own.next },
      why: 'gap',
    });
  });

  test('a lower term changes nothing', () => {
    const { state, effects } = run(joining(own, 'ours'), [of(FrameKind.REPLAY, base + 10, 5, { term: 2 })]);
    expect(effects).toEqual(['hang-up', 'wait']);
    expect(state).toMatchObject({ held: own, why: 'lower_term' });
  });

  const stands = base + 40;
  const piece = (startIndex: number, count: number, total = 0) =>
    of(FrameKind.SNAPSHOT, startIndex, count, { previous: stands, total });
  const end = (at: number) => of(FrameKind.SNAPSHOT_END, at, 0);

  test('a snapshot and what came since are one step', () => {
    const { state, effects } = run(joining(nothing, 'ours'), [
      piece(0, 2, 3),
      piece(2, 1),
      of(FrameKind.REPLAY, stands, 4),
      end(stands + 4),
    ]);
    const staged = 'joined snapshot, begin, stage, watch, stage, watch';
    expect(effects.join(', ')).toBe(`${staged}, catch-up, watch, complete ${stands + 4}`);
    expect(state.held.next).toBe(0);
    const completed = run(state, [{ kind: 'completed' }]);
    expect(completed.effects).toEqual(['healthy', 'watch']);
    expect(completed.state).toMatchObject({
      phase: { kind: 'live' },
      held: { next: stands + 4, origin: { kind: 'ours', member: 7n } },
    });
  });

  test('a snapshot whose leader is already further is complete, and not live before the rest has come', () => {
    const further = { leaderNext: stands + 9 };
    const whole = run(joining(nothing, 'ours'), [
      piece(0, 1, 1),
      of(FrameKind.SNAPSHOT_END, stands, 0, further),
      { kind: 'completed' },
    ]);
    expect(whole.state).toMatchObject({ phase: { kind: 'replaying' }, held: { next: stands } });
    const changed = of(FrameKind.DELTA, 0, 1, { previous: stands, total: 1 });
    const rest = run(whole.state, [
      changed,
      of(FrameKind.DELTA_END, stands + 9, 0, { ...further, previous: stands }),
    ]);
    expect(rest.state).toMatchObject({ phase: { kind: 'live' }, held: { next: stands + 9 } });
  });

  test('an empty snapshot is a snapshot', () => {
    const { effects } = run(joining(own, 'ours', distrust, true), [piece(0, 0, 0), end(stands)]);
    expect(effects).toEqual(['joined snapshot', 'begin', 'watch', `complete ${stands}`]);
  });

  test.each([
    ['a piece is missing', [piece(0, 2, 9), piece(3, 1)]],
    ['there are fewer regions than announced', [piece(0, 2, 3), end(stands)]],
    ['there are more regions than announced', [piece(0, 2, 3), piece(2, 2)]],
    [
      'it changes what it stands for',
      [piece(0, 2, 3), { ...of(FrameKind.SNAPSHOT, 2, 1, { previous: stands + 1 }) }],
    ],
    ['a record after it is missing', [piece(0, 3, 3), of(FrameKind.REPLAY, stands + 1, 1)]],
    ['it ends before its records do', [piece(0, 3, 3), of(FrameKind.REPLAY, stands, 2), end(stands)]],
    ['a keepalive is in the middle of it', [piece(0, 2, 3), of(FrameKind.KEEPALIVE, stands, 0)]],
  ] as const)('a snapshot is thrown away when %s', (_, events) => {
    const { state, effects } = run(joining(own, 'ours'), events);
    expect(effects.slice(-3)).toEqual(['drop', 'hang-up', 'wait']);
    expect(state).toMatchObject({ held: own, why: 'gap' });
  });

  test('a snapshot that begins again replaces what was taken of it', () => {
    const { effects } = run(joining(nothing, 'ours'), [piece(0, 2, 3), piece(0, 3, 3), end(stands)]);
    expect(effects.slice(3)).toEqual(['watch', 'drop', 'begin', 'stage', 'watch', `complete ${stands}`]);
  });

  test('a stream that ends while the snapshot is made present does not undo it', () => {
    const { state } = run(joining(nothing, 'ours'), [
      piece(0, 1, 1),
      end(stands),
      { kind: 'ended', detail: 'cut' },
    ]);
    const { state: after, effects } = run(state, [{ kind: 'completed' }]);
    expect(effects).toEqual(['disconnect', 'wait']);
    expect(after).toMatchObject({ phase: { kind: 'backing-off' }, held: { next: stands }, forced: false });
  });

  test('a reset while a snapshot is made present is not forgotten, whatever ends the stream then', () => {
    const { state } = run(joining(nothing, 'ours'), [
      piece(0, 1, 1),
      end(stands),
      { kind: 'reset', reason: 'stale reads' },
      { kind: 'ended', detail: 'cut' },
      { kind: 'completed' },
    ]);
    expect(state).toMatchObject({ forced: true, why: 'reset', detail: 'stale reads' });
  });

  test('records that could not be applied are asked for again', () => {
    const { state } = run(joining(own, 'ours'), [
      of(FrameKind.REPLAY, base + 10, 5, { leaderNext: base + 20 }),
      { kind: 'failed', why: 'memory_full', detail: 'no room', next: base + 12 },
    ]);
    expect(state).toMatchObject({ phase: { kind: 'backing-off' }, why: 'memory_full' });
    const reached: FollowerEvent = { kind: 'reached', leader: { member: 7n, ours: true } };
    expect(run(state, [{ kind: 'due' }, reached]).effects).toContain(`ask ${base + 12}`);
  });

  test('a delta stands for its records only when it is whole', () => {
    const part = (startIndex: number, count: number, total = 0) =>
      of(FrameKind.DELTA, startIndex, count, { previous: base + 10, total });
    const done = of(FrameKind.DELTA_END, base + 90, 0, { previous: base + 10 });
    const { state, effects } = run(joining(own, 'ours'), [part(0, 2, 3), part(2, 1), done]);
    expect(effects).toEqual([
      'joined delta',
      'delta',
      'watch',
      'delta',
      'watch',
      `rebase ${base + 90}`,
      'healthy',
      'watch',
    ]);
    expect(state.held.next).toBe(base + 90);
    expect(run(joining(own, 'ours'), [part(0, 2, 3), done]).state).toMatchObject({ held: own, why: 'gap' });
  });

  test('a digest that comes with records is compared when they are applied', () => {
    const live = run(joining(own, 'ours'), [of(FrameKind.IN_SYNC, base + 10, 0)]).state;
    const records = of(FrameKind.LIVE, base + 10, 3, { hasDigest: true });
    expect(run(live, [records]).effects).toEqual(['apply', 'compare', 'watch']);
    expect(run(live, [records, { kind: 'mismatch' }]).state).toMatchObject({ why: 'digest_mismatch' });
  });

  test('another digest at the same index means all regions again', () => {
    const live = run(joining(own, 'ours'), [of(FrameKind.IN_SYNC, base + 10, 0)]).state;
    const keepalive = of(FrameKind.KEEPALIVE, base + 10, 0, { hasDigest: true });
    expect(run(live, [keepalive]).effects).toEqual(['compare', 'watch']);
    const { state } = run(live, [keepalive, { kind: 'mismatch' }, { kind: 'due' }]);
    expect(state).toMatchObject({
      phase: { kind: 'joining', asked: { kind: 'everything' } },
      why: 'digest_mismatch',
    });
  });

  test.each([
    ['silence', { kind: 'due' }, 'silence'],
    ['the end of the stream, with OK too', { kind: 'ended', detail: 'OK' }, 'stream_ended'],
    ['an error frame', { kind: 'error-frame', detail: 'UNKNOWN: server stopped' }, 'error_frame'],
    [
      'a frame that cannot be read',
      { kind: 'bad-frame', detail: 'regions.id: varint of 11 bytes' },
      'bad_frame',
    ],
  ] as const)('%s means another attempt from the same place', (_, event, why) => {
    const live = run(joining(own, 'ours'), [of(FrameKind.IN_SYNC, base + 10, 0)]).state;
    const { state, effects } = run(live, [event]);
    expect(effects).toEqual(['disconnect', 'wait']);
    expect(state).toMatchObject({ held: own, why, forced: false });
    expect(run(state, [{ kind: 'due' }]).effects).toEqual(['connect', 'watch']);
  });
});

describe('of a PD', () => {
  test('a new one answers with all regions, what changed meanwhile, and an end', () => {
    const { state, effects } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 0, count: 1000 }),
      frame({ startIndex: 1000, count: 10 }),
      frame({ startIndex: 70_000, count: 5 }),
      frame({ startIndex: 70_005 }),
    ]);
    const staged = 'joined snapshot, begin, stage, watch, stage, watch';
    expect(effects.join(', ')).toBe(`${staged}, catch-up, watch, complete 70005`);
    expect(run(state, [{ kind: 'completed' }]).state.held).toEqual({
      next: 70_005,
      origin: { kind: 'foreign', member: 7n },
      term: 0,
    });
  });

  test('an old one is asked for its index, all regions, and what it left out of them', () => {
    const { effects } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 300 }),
      frame({ startIndex: 0, count: 100 }),
      frame({ startIndex: 100, count: 20 }),
      frame({ startIndex: 340 }),
      frame({ startIndex: 300, count: 40 }),
      frame({ startIndex: 340 }),
    ]);
    const staged = 'joined snapshot, begin, stage, watch, stage, watch';
    const missed = 'hang-up, ask 300, watch, catch-up, watch, complete 340';
    expect(effects.join(', ')).toBe(`hang-up, ask 0, watch, ${staged}, ${missed}`);
  });

  test('an old one that did nothing meanwhile is complete with its keepalive', () => {
    const events = [
      frame({ startIndex: 300 }),
      frame({ startIndex: 0, count: 100 }),
      frame({ startIndex: 300 }),
    ];
    expect(run(joining(nothing, 'foreign'), events).effects.at(-1)).toBe('complete 300');
  });

  test('one without a region empties the copy', () => {
    const { effects } = run(joining(ofPd, 'foreign'), [frame({ startIndex: 9 }), frame({ startIndex: 9 })]);
    expect(effects).toEqual(['hang-up', 'ask 0', 'watch', 'joined snapshot', 'begin', 'complete 9']);
  });

  test('one that lost what it made since is asked for all regions again', () => {
    const { state } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 300 }),
      frame({ startIndex: 0, count: 100 }),
      frame({ startIndex: 90_000 }),
      frame({ startIndex: 90_000 }),
    ]);
    expect(state).toMatchObject({ phase: { kind: 'backing-off' }, why: 'gap', floor: 90_000, held: nothing });
    expect(run(state, [{ kind: 'due' }]).effects).toEqual(['ask 0', 'watch']);
  });

  const live = run(joining(ofPd, 'foreign', { trustForeign: true }), [frame({ startIndex: 500 })]).state;

  test('records that continue are judged and applied, and some from before once more', () => {
    const { state, effects } = run(live, [
      frame({ startIndex: 500, count: 3 }),
      frame({ startIndex: 501, count: 4 }),
    ]);
    expect(effects).toEqual(['apply', 'watch', 'apply', 'watch']);
    expect(state.held.next).toBe(505);
  });

  test('a replay is over with its first frame that is not full, or with an empty one', () => {
    const resumed = joining(ofPd, 'foreign', { trustForeign: true });
    const full = frame({ startIndex: 500, count: 1000 });
    const replaying = run(resumed, [full]);
    expect(replaying.effects).toEqual(['joined replay', 'apply', 'watch']);
    expect(replaying.state.phase.kind).toBe('replaying');
    for (const last of [frame({ startIndex: 1500, count: 3 }), frame({ startIndex: 1500 })])
      expect(run(replaying.state, [last]).state.phase.kind).toBe('live');
    expect(run(resumed, [frame({ startIndex: 500, count: 999 })]).state.phase.kind).toBe('live');
  });

  test.each([
    ['a keepalive', frame({ startIndex: 900 })],
    ['records', frame({ startIndex: 900, count: 2 })],
  ])('%s beyond the next record means that some were lost: all regions again, none adopted', (_, jump) => {
    const { state, effects } = run(live, [jump]);
    expect(effects).toEqual(['hang-up', 'wait']);
    expect(state).toMatchObject({ held: ofPd, why: 'gap', forced: true, floor: 900 });
  });

  test('silence is not health: all regions again', () => {
    const { state } = run(live, [{ kind: 'due' }]);
    expect(state).toMatchObject({ why: 'silence', forced: true, held: ofPd });
  });

  test('one that takes the place of ours is not followed onward', () => {
    const { effects } = run(joining(own, 'ours'), [frame({ startIndex: 40 })]);
    expect(effects).toEqual(['hang-up', 'ask 0', 'watch']);
  });

  test('one that was taken for ours is not believed a snapshot', () => {
    const { state } = run(joining(nothing, 'ours'), [frame({ startIndex: 0, count: 100 })]);
    expect(state).toMatchObject({ phase: { kind: 'backing-off' }, why: 'other_leader' });
    expect(run(state, [{ kind: 'due' }]).effects).toEqual([`ask ${beyondAll}`, 'watch']);
  });
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
  const reached: FollowerEvent = { kind: 'reached', leader: { member: 7n, ours: false } };
  expect(run(state, [{ kind: 'due' }, reached]).effects).toContain(`ask ${beyondAll}`);
});

test('stopping gives up what is not whole', () => {
  const { effects } = run(joining(nothing, 'ours'), [
    of(FrameKind.SNAPSHOT, 0, 1, { previous: base, total: 9 }),
    { kind: 'stop' },
  ]);
  expect(effects.slice(-2)).toEqual(['drop', 'disconnect']);
});
