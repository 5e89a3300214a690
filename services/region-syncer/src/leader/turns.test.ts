import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { type Pump, Turns } from './turns.ts';

function world() {
  const clock = new VirtualClock();
  const later: (() => void)[] = [];
  const turns = new Turns(clock, 2, (run) => later.push(run));
  const log: string[] = [];
  /** Works in pieces of 1 ms. */
  const pump = (name: string, pieces: number): Pump => {
    let left = pieces;
    return {
      run(untilMs) {
        while (left > 0) {
          left -= 1;
          clock.advance(1);
          log.push(name);
          if (clock.monotonic() >= untilMs) return left > 0;
        }
        return false;
      },
    };
  };
  return { turns, later, log, pump };
}

test('pumps work at once, all together no longer than a turn, and then one after the other', () => {
  const { turns, later, log, pump } = world();
  turns.wake([pump('a', 3), pump('b', 1), pump('c', 1)]);
  expect(log).toEqual(['a', 'a']);
  later.shift()?.();
  expect(log).toEqual(['a', 'a', 'b', 'c']);
  later.shift()?.();
  expect([log, later.length]).toEqual([['a', 'a', 'b', 'c', 'a'], 0]);
});

test('who is woken while others work has its turn without being woken again', () => {
  const { turns, later, log, pump } = world();
  const late = pump('late', 1);
  turns.wake([
    {
      run() {
        turns.wake([late]);
        return false;
      },
    },
  ]);
  expect([log, later.length]).toEqual([['late'], 0]);
});

test('who is forgotten does not run', () => {
  const { turns, later, log, pump } = world();
  const over = pump('over', 1);
  turns.wake([pump('a', 2), over]);
  turns.forget(over);
  later.shift()?.();
  expect(log).toEqual(['a', 'a']);
});
