import { AsyncLocalStorage } from 'node:async_hooks';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test, vi } from 'vitest';
import { ReentrancyError, StartAbortedError, StopFailedError, StopTimeoutError } from './lifecycle-errors.ts';
import { LifecycleGate } from './lifecycle-gate.ts';

function gateOn(clock = new VirtualClock()): LifecycleGate {
  return new LifecycleGate({ clock, stopTimeoutMs: 10_000, scope: new AsyncLocalStorage<object>() });
}

const up = () => Promise.resolve();
const settled = () => new Promise(setImmediate);

test('fifty concurrent starts run once, and one is told that it started', async () => {
  const gate = gateOn();
  const start = vi.fn(up);
  const results = await Promise.all(Array.from({ length: 50 }, () => gate.start(start)));
  expect(start).toHaveBeenCalledOnce();
  expect(results.filter(({ startedNow }) => startedNow)).toHaveLength(1);
  expect(await gate.start(start)).toEqual({ startedNow: false });
  expect([gate.state, gate.generation]).toEqual(['started', 1]);
});

test('a failed start fails for all who share it, and the next tries again', async () => {
  const gate = gateOn();
  const start = vi
    .fn(up)
    .mockRejectedValueOnce(new Error('port taken'))
    .mockRejectedValueOnce(new Error('port taken'));
  for (const generation of [1, 2]) {
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => gate.start(start)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(50);
    expect([gate.state, gate.generation]).toEqual(['stopped', generation]);
  }
  expect(await gate.start(start)).toEqual({ startedNow: true });
  expect(start).toHaveBeenCalledTimes(3);
});

test('a start that throws before it awaits is a failed start', async () => {
  const gate = gateOn();
  const start = () => {
    throw new RangeError('no port');
  };
  await expect(gate.start(start)).rejects.toThrow(RangeError);
  expect(gate.state).toBe('stopped');
});

test('a stop that fails leaves it owned: start is refused, and stop runs again', async () => {
  const gate = gateOn();
  await gate.start(up);
  await expect(gate.stop(() => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
  expect(gate.state).toBe('stopFailed');
  const refused = await gate.start(up).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StopFailedError);
  expect(refused).toMatchObject({ cause: new Error('busy') });
  const stop = vi.fn(up);
  expect(await gate.stop(stop)).toEqual({ stoppedNow: true });
  expect(stop).toHaveBeenCalledOnce();
  expect(await gate.stop(stop)).toEqual({ stoppedNow: false });
  expect(await gate.start(up)).toEqual({ startedNow: true });
});

test('a stop during a start aborts it, and does not stop what did not come up', async () => {
  const gate = gateOn();
  const stop = vi.fn(up);
  const starting = gate.start(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  );
  const follower = gate.start(up);
  const stopping = gate.stop(stop);
  expect(gate.state).toBe('stopping');
  await expect(starting).rejects.toThrow(StartAbortedError);
  await expect(follower).rejects.toThrow(StartAbortedError);
  expect(await stopping).toEqual({ stoppedNow: true });
  expect(stop).not.toHaveBeenCalled();
  expect(gate.state).toBe('stopped');
});

test('a stop during a start that comes up all the same stops it after', async () => {
  const gate = gateOn();
  const opened = Promise.withResolvers<void>();
  const starting = gate.start(() => opened.promise);
  const stop = vi.fn(up);
  const stopping = gate.stop(stop);
  await settled();
  expect(stop).not.toHaveBeenCalled();
  opened.resolve();
  await expect(starting).rejects.toThrow(StartAbortedError);
  await stopping;
  expect(stop).toHaveBeenCalledOnce();
  expect(gate.state).toBe('stopped');
});

test('the signal of a start that has come up does not abort, whatever follows', async () => {
  const gate = gateOn();
  let signal: AbortSignal | undefined;
  await gate.start((given) => {
    signal = given;
    return Promise.resolve();
  });
  await gate.stop(up);
  expect(signal?.aborted).toBe(false);
});

test('the error of a start that fails for its own reason during a stop is kept as the cause', async () => {
  const gate = gateOn();
  const opened = Promise.withResolvers<void>();
  const starting = gate.start(() => opened.promise).catch((error: unknown) => error);
  const stopping = gate.stop(up);
  opened.reject(new Error('disk full'));
  await stopping;
  expect(await starting).toMatchObject({ name: 'StartAbortedError', cause: new Error('disk full') });
});

test('a start while stopping waits and then begins a new generation', async () => {
  const gate = gateOn();
  const log: string[] = [];
  await gate.start(up);
  const closed = Promise.withResolvers<void>();
  const stopping = gate.stop(async () => {
    await closed.promise;
    log.push('stopped');
  });
  const starting = gate.start(() => {
    log.push('started again');
    return Promise.resolve();
  });
  const follower = gate.start(up);
  await settled();
  expect([gate.state, gate.generation, log]).toEqual(['stopping', 1, []]);
  closed.resolve();
  await stopping;
  expect(await starting).toEqual({ startedNow: true });
  expect(await follower).toEqual({ startedNow: false });
  expect([gate.state, gate.generation, log]).toEqual(['started', 2, ['stopped', 'started again']]);
});

test('a stop takes back a start that waits for its turn, and shares the stop under way', async () => {
  const gate = gateOn();
  await gate.start(up);
  const closed = Promise.withResolvers<void>();
  const first = gate.stop(() => closed.promise);
  const waiting = gate.start(up);
  const second = gate.stop(up);
  await expect(waiting).rejects.toThrow(StartAbortedError);
  closed.resolve();
  expect(await first).toEqual({ stoppedNow: true });
  expect(await second).toEqual({ stoppedNow: false });
  expect([gate.state, gate.generation]).toEqual(['stopped', 1]);
});

test('a start that waits for a stop is refused when the stop fails', async () => {
  const gate = gateOn();
  await gate.start(up);
  const stopping = gate.stop(() => Promise.reject(new Error('busy')));
  const waiting = gate.start(up);
  await expect(stopping).rejects.toThrow('busy');
  await expect(waiting).rejects.toThrow(StopFailedError);
});

test('a stop that does not end in time has failed, and its late end changes nothing', async () => {
  const clock = new VirtualClock();
  const gate = gateOn(clock);
  await gate.start(up);
  const closed = Promise.withResolvers<void>();
  const stopping = gate.stop(() => closed.promise, { timeoutMs: 500 });
  await settled();
  clock.advance(500);
  await expect(stopping).rejects.toThrow(new StopTimeoutError(500));
  closed.resolve();
  await settled();
  expect(gate.state).toBe('stopFailed');
  await gate.stop(up);
  expect([gate.state, clock.pending]).toEqual(['stopped', 0]);
});

test('a stop that runs out of time is told by its signal, and the next one waits for its end', async () => {
  const clock = new VirtualClock();
  const gate = gateOn(clock);
  await gate.start(up);
  const closed = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  const stopping = gate.stop((given) => {
    signal = given;
    return closed.promise;
  });
  await settled();
  expect(signal?.aborted).toBe(false);
  clock.advance(10_000);
  await expect(stopping).rejects.toThrow(StopTimeoutError);
  expect(signal?.reason).toBeInstanceOf(StopTimeoutError);

  const stop = vi.fn(up);
  const again = gate.stop(stop);
  const starting = gate.start(up);
  await settled();
  expect(stop).toHaveBeenCalledOnce();
  expect([gate.state, gate.generation], 'the old stop could hit what starts now').toEqual(['stopping', 1]);
  closed.reject(new Error('late'));
  expect(await again).toEqual({ stoppedNow: true });
  expect(await starting).toEqual({ startedNow: true });
});

test('a start that ignores its abort holds the stop no longer than its time, and is stopped later', async () => {
  const clock = new VirtualClock();
  const gate = gateOn(clock);
  const opened = Promise.withResolvers<void>();
  const starting = gate.start(() => opened.promise);
  const stop = vi.fn(up);
  const stopping = gate.stop(stop);
  clock.advance(10_000);
  await expect(stopping).rejects.toThrow(StopTimeoutError);
  await expect(starting).rejects.toThrow(StartAbortedError);
  const again = gate.stop(stop);
  await settled();
  expect(stop).not.toHaveBeenCalled();
  opened.resolve();
  expect(await again).toEqual({ stoppedNow: true });
  expect(stop).toHaveBeenCalledOnce();
});

test('a call from inside its own start or stop throws instead of waiting for itself', async () => {
  const gate = gateOn();
  const inside: unknown[] = [];
  const callBoth = async () => {
    await Promise.resolve();
    inside.push(await gate.start(up).catch((error: unknown) => error));
    inside.push(await gate.stop(up).catch((error: unknown) => error));
  };
  await gate.start(callBoth);
  await gate.stop(callBoth);
  expect(inside.map((error) => error instanceof ReentrancyError)).toEqual([true, true, true, true]);
  expect(gate.state).toBe('stopped');
});

test('what a start began may stop the gate once the start has settled', async () => {
  const gate = gateOn();
  const lost = Promise.withResolvers<void>();
  let stopping: Promise<unknown> | undefined;
  await gate.start(async () => {
    stopping = lost.promise.then(() => gate.stop(up));
    await Promise.resolve();
  });
  lost.resolve();
  expect(await stopping).toEqual({ stoppedNow: true });
});

test('a gate may be used inside the start of another', async () => {
  const [outer, inner] = [gateOn(), gateOn()];
  await outer.start(async () => void (await inner.start(up)));
  await outer.stop(async () => void (await inner.stop(up)));
  expect([outer.state, inner.state]).toEqual(['stopped', 'stopped']);
});
