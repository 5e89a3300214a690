import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Faults } from './faults.ts';

const { signal } = new AbortController();

function faults() {
  const clock = new VirtualClock();
  return { clock, it: new Faults(clock) };
}

/** What has become of a call by now. */
async function fate(call: Promise<void>): Promise<string> {
  const settled = call.then(
    () => 'passed',
    (error: unknown) => String(error),
  );
  return Promise.race([settled, new Promise<string>((resolve) => setImmediate(() => resolve('held')))]);
}

test('a fault of a conduit goes before one of all, and one of a kind and place replaces the other', () => {
  const { it } = faults();
  it.set({ kind: 'delay', ms: 1 }, undefined);
  it.set({ kind: 'delay', ms: 2 }, 'edge');
  it.set({ kind: 'delay', ms: 3 }, 'edge');
  expect(it.find('delay', 'edge')).toEqual({ kind: 'delay', ms: 3 });
  expect(it.find('delay', 'core')).toEqual({ kind: 'delay', ms: 1 });
  expect(it.armed).toHaveLength(2);
});

test('clearing a conduit leaves those of all, clearing all leaves none', () => {
  const { it } = faults();
  it.set({ kind: 'hang' }, undefined);
  it.set({ kind: 'drop_events' }, 'edge');
  it.set({ kind: 'end_monitor' }, 'core');
  expect(it.clear('edge')).toBe(1);
  expect(it.has('hang', 'edge')).toBe(true);
  expect(it.clear(undefined)).toBe(2);
  expect(it.clear(undefined)).toBe(0);
});

test('a delay holds a call for its time, and from its beginning', async () => {
  const { it, clock } = faults();
  it.set({ kind: 'delay', ms: 100 }, 'edge');
  const call = it.pass('edge', signal);
  clock.advance(99);
  expect(await fate(call)).toBe('held');
  clock.advance(1);
  expect(await fate(call)).toBe('passed');
  expect(clock.pending).toBe(0);
});

test('a hang holds a call until it is cleared, and its conduit alone', async () => {
  const { it, clock } = faults();
  it.set({ kind: 'hang' }, 'edge');
  const call = it.pass('edge', signal);
  clock.advance(1e9);
  expect(await fate(call)).toBe('held');
  expect(await fate(it.pass('core', signal))).toBe('passed');
  it.clear('edge');
  expect(await fate(call)).toBe('passed');
});

test('a delay that becomes an error is an error at once', async () => {
  const { it } = faults();
  it.set({ kind: 'delay', ms: 1e6 }, undefined);
  const call = it.pass('edge', signal);
  it.clear(undefined);
  it.set({ kind: 'error', code: 7, message: 'no' }, undefined);
  expect(await fate(call)).toBe('InjectedError: no');
});

test('a call that is held ends with its signal', async () => {
  const { it, clock } = faults();
  it.set({ kind: 'hang' }, undefined);
  const controller = new AbortController();
  const call = it.pass('edge', controller.signal);
  controller.abort(new Error('gone'));
  expect(await fate(call)).toBe('Error: gone');
  expect(clock.pending).toBe(0);
});

test('listeners hear of every change', () => {
  const { it } = faults();
  const armed: number[] = [];
  it.onChange(() => armed.push(it.armed.length));
  it.set({ kind: 'hang' }, undefined);
  it.clear(undefined);
  expect(armed).toEqual([1, 0]);
});
