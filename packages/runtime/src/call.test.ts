import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { type CallLimits, call, OverdueError } from './call.ts';

function world() {
  const clock = new VirtualClock();
  const end = new AbortController();
  return { clock, end, bounds: { what: 'nsp Register', clock, signal: end.signal, deadlineMs: 500 } };
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
  const called = call(bounds, make);
  clock.advance(500);
  await expect(called).rejects.toThrow(OverdueError);
  await expect(called).rejects.toThrow('nsp Register: no answer within 500 ms');
  expect(limits).toMatchObject([{ deadlineMs: 500, signal: { aborted: true } }]);
});

test('a call without a name or a deadline waits as long as its signal lets it, or says for how long it waited', async () => {
  const { clock, end } = world();
  const { make } = deaf();
  const unnamed = call({ clock, signal: end.signal, deadlineMs: 500 }, make);
  const unbounded = call({ clock, signal: end.signal, deadlineMs: Number.POSITIVE_INFINITY }, make);
  clock.advance(24 * 3_600_000);
  await expect(unnamed).rejects.toThrow(/^no answer within 500 ms$/);
  end.abort(new Error('not wanted'));
  await expect(unbounded).rejects.toThrow('not wanted');
});

test('a call ends as soon as its signal aborts, and an answer that comes later is dropped', async () => {
  const { clock, end, bounds } = world();
  const { answer, make } = deaf();
  const called = call(bounds, make);
  end.abort(new Error('not wanted'));
  await expect(called).rejects.toThrow('not wanted');
  answer.reject(new Error('late'));
  expect(clock.pending).toBe(0);
});

test('a call that was not wanted before it began is not made', async () => {
  const { end, bounds } = world();
  const { limits, make } = deaf();
  end.abort(new Error('not wanted'));
  await expect(call(bounds, make)).rejects.toThrow('not wanted');
  expect(limits).toEqual([]);
});

test('an answer in time is the result, and leaves no timer behind', async () => {
  const { clock, bounds } = world();
  const { answer, make } = deaf();
  const called = call(bounds, make);
  answer.resolve('done');
  await expect(called).resolves.toBe('done');
  expect(clock.pending).toBe(0);
});
