import { getEventListeners } from 'node:events';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sleep, systemClock } from './clock.ts';

describe('sleep', () => {
  test('ends when its time has come and leaves no listener', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const slept = sleep(clock, 100, stop.signal);
    clock.advance(100);
    await slept;
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('rejects with the reason of an abort and clears its timer', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const slept = sleep(clock, 100, stop.signal);
    stop.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
    await expect(sleep(clock, 100, stop.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});

describe('the system clock', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('a timer longer than setTimeout can take fires when it is due, not at once', () => {
    const fire = vi.fn();
    const days = 24 * 3_600_000;
    systemClock.setTimer(60 * days, fire);
    vi.advanceTimersByTime(60 * days - 1);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledOnce();
  });

  test('a long timer can be cleared after setTimeout was renewed', () => {
    const fire = vi.fn();
    const timer = systemClock.setTimer(2 ** 32, fire);
    vi.advanceTimersByTime(2 ** 31 + 1);
    timer.clear();
    vi.advanceTimersByTime(2 ** 33);
    expect(fire).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the wall clock follows a step of the machine, which monotonic time does not', () => {
    const monotonic = systemClock.monotonic();
    vi.setSystemTime(new Date('2031-05-01T00:00:00Z'));
    expect(systemClock.now()).toBe(BigInt(Date.UTC(2031, 4, 1)) * 1_000_000n);
    vi.setSystemTime(new Date('2021-05-01T00:00:00Z'));
    expect(systemClock.now()).toBe(BigInt(Date.UTC(2021, 4, 1)) * 1_000_000n);
    expect(systemClock.monotonic()).toBe(monotonic);
  });
});
