import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { CallLimits } from '../ports.ts';
import { call, OverdueError } from './call.ts';

function world() {
  const clock = new VirtualClock();
  const end = new AbortController();
  return { clock, end, bounds: { clock, signal: end.signal } };
}

/** A neighbour that heeds neither signal nor deadline. */
function deaf() {
  const answer = Promise.withResolvers<string>();
  const limits: CallLimits[] = [];
  const make = (given: CallLimits) => {
    limits.push(given);
    return answer.promise;
  };
  return { answer, limits, make };
}

test('a call ends by its deadline even if the neighbour never answers, and tells it so', async () => {
  const { clock, bounds } = world();
  const { limits, make } = deaf();
  const called = call('nsp Register', 500, bounds, make);
  clock.advance(500);
  await expect(called).rejects.toThrow(OverdueError);
  await expect(called).rejects.toThrow('nsp Register: no answer within 500 ms');
  expect(limits).toMatchObject([{ deadlineMs: 500, signal: { aborted: true } }]);
});

test('a call ends as soon as its signal aborts, and an answer that comes later is dropped', async () => {
  const { clock, end, bounds } = world();
  const { answer, make } = deaf();
  const called = call('nsp Register', 500, bounds, make);
  end.abort(new Error('not wanted'));
  await expect(called).rejects.toThrow('not wanted');
  answer.reject(new Error('late'));
  expect(clock.pending).toBe(0);
});

test('a call that was not wanted before it began is not made', async () => {
  const { end, bounds } = world();
  const { limits, make } = deaf();
  end.abort(new Error('not wanted'));
  await expect(call('nsp Register', 500, bounds, make)).rejects.toThrow('not wanted');
  expect(limits).toEqual([]);
});

test('an answer in time is the result, and leaves no timer behind', async () => {
  const { clock, bounds } = world();
  const { answer, make } = deaf();
  const called = call('nsp Register', 500, bounds, make);
  answer.resolve('done');
  await expect(called).resolves.toBe('done');
  expect(clock.pending).toBe(0);
});
