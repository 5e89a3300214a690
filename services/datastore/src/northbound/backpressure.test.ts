import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backpressure } from './backpressure.ts';

const longestMs = 20;
const [reader, other, slow] = [{}, {}, {}];

function harness(waitMs = longestMs) {
  const clock = new VirtualClock();
  const backpressure = new Backpressure(clock, waitMs);
  const gone: number[] = [];
  const hold = () => backpressure.hold(() => gone.push(clock.monotonic()));
  return { clock, backpressure, gone, hold };
}

test('without readers that have much to read nothing waits', () => {
  const { backpressure, clock, gone, hold } = harness();
  expect(hold()).toBe(undefined);
  backpressure.filled(reader);
  backpressure.emptied(reader);
  expect(hold()).toBe(undefined);
  expect([gone, clock.pending]).toEqual([[], 0]);
});

test('a batch waits until the last of its readers has read', () => {
  const { backpressure, clock, gone, hold } = harness();
  for (const each of [reader, other]) backpressure.filled(each);
  hold();
  clock.advance(3);
  backpressure.emptied(reader);
  clock.advance(4);
  expect(gone).toEqual([]);
  backpressure.emptied(other);
  expect(gone).toEqual([7]);
  expect([backpressure.heldMs, clock.pending]).toEqual([7, 0]);
});

test('a reader that does not read is waited for once', () => {
  const { backpressure, clock, gone, hold } = harness();
  backpressure.filled(slow);
  clock.advance(5);
  hold();
  clock.advance(1000);
  expect(gone).toEqual([longestMs]);
  backpressure.filled(slow);
  expect(hold()).toBe(undefined);
  expect([backpressure.heldMs, clock.pending]).toEqual([15, 0]);
});

test('a reader that has read everything after all is waited for again', () => {
  const { backpressure, clock, gone, hold } = harness();
  backpressure.filled(slow);
  clock.advance(3 * longestMs);
  backpressure.emptied(slow);
  backpressure.filled(slow);
  hold();
  clock.advance(longestMs - 1);
  expect(gone).toEqual([]);
  backpressure.emptied(slow);
  expect(gone).toEqual([4 * longestMs - 1]);
});

test('beside a reader that does not read the others are waited for as ever', () => {
  const { backpressure, clock, gone, hold } = harness();
  backpressure.filled(slow);
  clock.advance(longestMs);
  backpressure.filled(reader);
  hold();
  clock.advance(2);
  backpressure.emptied(reader);
  expect(gone).toEqual([longestMs + 2]);
});

test('all batches that wait go on together', () => {
  const { backpressure, gone, hold } = harness();
  backpressure.filled(reader);
  for (let sync = 0; sync < 3; sync++) hold();
  backpressure.emptied(reader);
  expect(gone).toEqual([0, 0, 0]);
});

test('a wait that was cleared leaves nothing behind', () => {
  const { backpressure, clock, gone, hold } = harness();
  backpressure.filled(reader);
  const wait = hold();
  clock.advance(4);
  for (let times = 0; times < 2; times++) wait?.clear();
  backpressure.emptied(reader);
  expect([gone, clock.pending, backpressure.heldMs]).toEqual([[], 0, 4]);
});

test('with a longest wait of 0 nothing waits', () => {
  const { backpressure, hold } = harness(0);
  for (let times = 0; times < 2; times++) {
    backpressure.filled(reader);
    expect(hold()).toBe(undefined);
    backpressure.emptied(reader);
  }
});

test('whatever readers do, a batch goes once, within the longest wait', () => {
  const anyReader = fc.constantFrom(reader, other, slow);
  const step = fc.oneof(
    fc.record({ filled: anyReader }),
    fc.record({ emptied: anyReader }),
    fc.record({ ms: fc.integer({ min: 0, max: longestMs }) }),
    fc.constant({ hold: true as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, backpressure } = harness();
      const waits: { readonly sinceMs: number; readonly wentMs: number[] }[] = [];
      for (const each of steps) {
        if ('filled' in each) backpressure.filled(each.filled);
        else if ('emptied' in each) backpressure.emptied(each.emptied);
        else if ('ms' in each) clock.advance(each.ms);
        else {
          const wait = { sinceMs: clock.monotonic(), wentMs: [] as number[] };
          if (backpressure.hold(() => wait.wentMs.push(clock.monotonic())) !== undefined) waits.push(wait);
        }
      }
      clock.advance(longestMs);
      for (const { sinceMs, wentMs } of waits) {
        expect(wentMs).toHaveLength(1);
        expect((wentMs[0] as number) - sinceMs).toBeLessThanOrEqual(longestMs);
      }
      expect(clock.pending).toBe(0);
    }),
  );
});
