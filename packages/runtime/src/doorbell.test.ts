import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Doorbell } from './doorbell.ts';

const { signal } = new AbortController();

function doorbell() {
  const clock = new VirtualClock();
  return { clock, bell: new Doorbell(clock) };
}

test('a ring before the wait is heard at it, and many rings are one', async () => {
  const { bell, clock } = doorbell();
  bell.ring();
  bell.ring();
  await bell.wait(Number.POSITIVE_INFINITY, signal);
  let isOver = false;
  const second = bell.wait(10, signal).then(() => (isOver = true));
  await Promise.resolve();
  expect(isOver).toBe(false);
  clock.advance(10);
  await second;
});

test('a ring ends a wait, whose timer is cleared', async () => {
  const { bell, clock } = doorbell();
  const wait = bell.wait(1_000, signal);
  bell.ring();
  await wait;
  expect(clock.pending).toBe(0);
});

test('a wait ends with its signal, and the next one waits again', async () => {
  const { bell, clock } = doorbell();
  const controller = new AbortController();
  const wait = bell.wait(1_000, controller.signal);
  controller.abort(new Error('enough'));
  await expect(wait).rejects.toThrow('enough');
  expect(clock.pending).toBe(0);
  const next = bell.wait(5, signal);
  clock.advance(5);
  await next;
});
