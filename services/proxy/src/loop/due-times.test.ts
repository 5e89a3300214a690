import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTimes } from './due-times.ts';

test('the one touched longest ago is due first, and touching puts it off', () => {
  const clock = new VirtualClock();
  const times = new DueTimes(100, clock);
  times.touch('a');
  clock.advance(10);
  times.touch('b');
  expect([times.nextMs, times.leftMs('b'), times.leftMs('c')]).toEqual([90, 100, undefined]);
  times.touch('a');
  clock.advance(100);
  expect(times.due(10)).toEqual(['b', 'a']);
  expect(times.due(1)).toEqual(['b']);
  times.delete('b');
  expect([times.due(10), times.nextMs]).toEqual([['a'], 0]);
  times.delete('a');
  expect(times.nextMs).toBe(Number.POSITIVE_INFINITY);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('touch' as const), id: fc.nat(5) }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.nat(5) }),
  fc.record({ kind: fc.constant('wait' as const), id: fc.nat(150) }),
);

test('what is due is what was not touched for the interval, in the order of its times', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = new VirtualClock();
      const times = new DueTimes(100, clock);
      const model = new Map<string, number>();
      for (const { kind, id } of steps) {
        if (kind === 'wait') clock.advance(id);
        else if (kind === 'delete') {
          times.delete(String(id));
          model.delete(String(id));
        } else {
          times.touch(String(id));
          model.delete(String(id));
          model.set(String(id), clock.monotonic() + 100);
        }
        const due = [...model].filter(([, ms]) => ms <= clock.monotonic()).map(([each]) => each);
        expect(times.due(10)).toEqual(due);
        expect(times.nextMs).toBe(Math.max(0, Math.min(Infinity, ...model.values()) - clock.monotonic()));
      }
    }),
  );
});
