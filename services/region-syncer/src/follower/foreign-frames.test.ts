import { describe, expect, test } from 'vitest';
import { frame, joining, nothing, ofPd, own, run, started, trust } from './machine.fixture.ts';
import { beyondAll } from './state.ts';

describe('of a PD', () => {
  test('a new one answers with all regions, what changed meanwhile, and an end', () => {
    const { state, effects } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 0, count: 1000 }),
      frame({ startIndex: 0, count: 1000 }),
      frame({ startIndex: 1000, count: 10 }),
      frame({ startIndex: 70_000, count: 5 }),
      frame({ startIndex: 70_005 }),
    ]);
    const again = `hang-up, ask ${beyondAll}, watch`;
    const staged = 'joined snapshot, begin, stage, watch, stage, watch';
    expect(effects.join(', ')).toBe(`${again}, ${staged}, catch-up, watch, complete 70005`);
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

  const listed = 'joined snapshot, begin, stage, hang-up';

  test('an old one at index 0 sends no regions for it: they are read beside the stream', () => {
    const { effects } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 0 }),
      frame({ count: 40 }),
      frame({ startIndex: 0, count: 2 }),
      frame({ startIndex: 2 }),
    ]);
    const since = 'ask 0, watch, catch-up, watch, complete 2';
    expect(effects.join(', ')).toBe(`hang-up, list, watch, ${listed}, ${since}`);
  });

  test('an old one that has all records since index 0 sends these for all regions', () => {
    const { effects } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 5 }),
      frame({ startIndex: 0, count: 5 }),
      frame({ count: 40 }),
      frame({ startIndex: 5 }),
    ]);
    const read = `hang-up, list, watch, ${listed}, ask 5, watch, complete 5`;
    expect(effects.join(', ')).toBe(`hang-up, ask 0, watch, ${read}`);
  });

  test.each([
    ['a probe', joining(nothing, 'foreign')],
    ['a request for what comes next', joining(ofPd, 'foreign', trust)],
  ])(
    'what answers %s from 0 on may be the first records of an old one, however many they are',
    (_, asked) => {
      for (const count of [1, 101, 102, 1_000, 1_001]) {
        const { state, effects } = run(asked, [
          frame({ startIndex: 0, count }),
          frame({ startIndex: count }),
        ]);
        expect(effects).toEqual(['hang-up', `ask ${beyondAll}`, 'watch', 'hang-up', 'ask 0', 'watch']);
        expect(run(state, [frame({ startIndex: 0, count })]).effects).toEqual(['hang-up', 'list', 'watch']);
      }
    },
  );

  test('a copy as of index 0 is continued in its stream, and taken anew in another', () => {
    const atZero = { ...ofPd, next: 0 };
    expect(started(atZero, 'foreign', trust).effects).toContain(`ask ${beyondAll}`);
    const { state } = run(joining(nothing, 'foreign'), [
      frame({ startIndex: 0 }),
      frame({ count: 1 }),
      frame({ startIndex: 0 }),
      { kind: 'completed' },
      frame({ startIndex: 0, count: 2 }),
    ]);
    expect(state).toMatchObject({ phase: { kind: 'live' }, held: { next: 2 } });
  });

  const live = run(joining(ofPd, 'foreign', trust), [frame({ startIndex: 500 })]).state;

  test('records that continue are judged and applied, and some from before once more', () => {
    const { state, effects } = run(live, [
      frame({ startIndex: 500, count: 3 }),
      frame({ startIndex: 501, count: 4 }),
    ]);
    expect(effects).toEqual(['apply', 'watch', 'apply', 'watch']);
    expect(state.held.next).toBe(505);
  });

  test('a replay is over with its first frame that is not full, or with an empty one', () => {
    const resumed = joining(ofPd, 'foreign', trust);
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

  test('one whose index is 0 after all has its regions read', () => {
    const { effects } = run(live, [frame({ startIndex: 0 }), { kind: 'due' }]);
    expect(effects).toEqual(['hang-up', 'wait', 'list', 'watch']);
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
