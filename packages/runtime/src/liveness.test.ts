import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Liveness } from './liveness.ts';

test('a phase that overruns its deadline is named, and forgiven when the loop moves on', () => {
  const clock = new VirtualClock();
  const liveness = new Liveness(clock);
  const writer = liveness.watch('writer');
  const reader = liveness.watch('reader');
  reader.idle('its mailbox');
  writer.phase('commit', 5_000, 'the store');
  clock.advance(4_999);
  expect(liveness.report()).toEqual({ live: true, overdue: [] });
  clock.advance(2_001);
  expect(liveness.report()).toEqual({
    live: false,
    overdue: [
      { loop: 'writer', passes: 1, phase: 'commit', awaits: 'the store', forMs: 7_000, deadlineMs: 5_000 },
    ],
  });
  writer.phase('publish', 1_000, 'subscribers');
  expect(liveness.report().live).toBe(true);
});

test('an idle loop is live for ever, one that ended is not asked, and all can be listed', () => {
  const clock = new VirtualClock();
  const liveness = new Liveness(clock);
  const ended = liveness.watch('session');
  liveness.watch('session');
  ended.phase('connect', 10, 'the device');
  clock.advance(1e9);
  expect(liveness.report().overdue).toHaveLength(1);
  ended[Symbol.dispose]();
  expect(liveness.report().live).toBe(true);
  expect(liveness.phases()).toEqual([
    {
      loop: 'session',
      passes: 0,
      phase: 'idle',
      awaits: 'its start',
      forMs: 1e9,
      deadlineMs: Number.POSITIVE_INFINITY,
    },
  ]);
});

test('each phase that a loop enters is a pass, the same one again too', () => {
  const clock = new VirtualClock();
  const liveness = new Liveness(clock);
  const loop = liveness.watch('session');
  loop.idle('work');
  loop.phase('work', 10, 'the disk');
  clock.advance(3);
  loop.phase('work', 10, 'the disk');
  expect(liveness.phases()).toMatchObject([{ passes: 3, phase: 'work', forMs: 0 }]);
});
