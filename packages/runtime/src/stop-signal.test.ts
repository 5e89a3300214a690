import { expect, test } from 'vitest';
import { aborted, StoppedError, StopSignal } from './stop-signal.ts';

test('the first stop gives the reason', async () => {
  const stop = new StopSignal();
  const seen = aborted(stop.signal);
  stop.stop('SIGTERM');
  stop.stop('SIGINT');
  await seen;
  await aborted(stop.signal);
  expect(stop.signal.reason).toEqual(new StoppedError('SIGTERM'));
  expect(stop.failure).toBeUndefined();
});

test('the first failure is kept, also when it comes during a stop that was asked for', () => {
  const stop = new StopSignal();
  stop.stop('SIGTERM');
  expect(stop.fail(new Error('disk full'))).toBe(true);
  expect(stop.fail(new Error('and more'))).toBe(false);
  expect(stop.failure).toEqual(new Error('disk full'));
  expect(stop.signal.reason).toBeInstanceOf(StoppedError);
});

test('a failure stops with itself as the reason', () => {
  const stop = new StopSignal();
  const failure = new Error('disk full');
  stop.fail(failure);
  stop.stop('SIGTERM');
  expect(stop.signal.reason).toBe(failure);
});
