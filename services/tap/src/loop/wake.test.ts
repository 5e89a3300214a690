import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Wake } from './wake.ts';

const never = Number.POSITIVE_INFINITY;

test('any number of kicks before the wait are one pass', async () => {
  const wake = new Wake(new VirtualClock());
  const { signal } = new AbortController();
  wake.kick();
  wake.kick();
  await wake.next(never, signal);
  const second = wake.next(never, signal);
  wake.kick();
  await second;
});

test('a wait ends at its time, or with the reason of its signal', async () => {
  const clock = new VirtualClock();
  const wake = new Wake(clock);
  const end = new AbortController();
  const timed = wake.next(100, end.signal);
  clock.advance(100);
  await timed;
  const aborted = wake.next(never, end.signal);
  end.abort(new Error('the end'));
  await expect(aborted).rejects.toThrow('the end');
  expect(clock.pending).toBe(0);
});
