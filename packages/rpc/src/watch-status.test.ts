import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { watchStatus } from './watch-status.ts';

const text = { encode: (status: string) => ({ finish: () => Buffer.from(status) }) };
const never = new AbortController().signal;

/** The watch waits, and its interval goes by. */
async function passes(clock: VirtualClock, ms: number): Promise<void> {
  await expect.poll(() => clock.pending).toBe(1);
  clock.advance(ms);
}

test('the status is told at once, an empty one too, and again when it is another one', async () => {
  const clock = new VirtualClock();
  const taken = ['', '', 'b', 'b', 'a'];
  const watch = watchStatus(text, () => taken.shift() ?? 'a', 100, clock, never);
  expect((await watch.next()).value).toEqual({ status: '' });
  for (const status of ['b', 'a']) {
    const next = watch.next();
    await passes(clock, 100);
    await passes(clock, 99);
    expect(taken).toHaveLength(status === 'b' ? 3 : 1);
    await passes(clock, 1);
    expect((await next).value).toEqual({ status });
  }
});

test('a watch ends with its signal, and with what the status cannot be taken for', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const watch = watchStatus(text, () => 'a', 0, clock, stop.signal);
  await watch.next();
  const next = watch.next();
  stop.abort(new Error('stopped'));
  await expect(next).rejects.toThrow('stopped');
  const gone = watchStatus(text, () => Promise.reject(new Error('gone')), 0, clock, never);
  await expect(gone.next()).rejects.toThrow('gone');
});

test('an interval out of bounds is INVALID_ARGUMENT', async () => {
  const watch = watchStatus(text, () => 'a', 1, new VirtualClock(), never);
  await expect(watch.next()).rejects.toMatchObject({ code: Status.INVALID_ARGUMENT });
});
