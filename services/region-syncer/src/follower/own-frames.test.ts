import { FrameKind } from '@syncline/proto/region-frame.ts';
import { describe, expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { base, distrust, joining, nothing, of, own, reached, run } from './machine.fixture.ts';

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
    expect(run(state, [{ kind: 'due' }, reached('ours')]).effects).toContain(`ask ${base + 12}`);
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
