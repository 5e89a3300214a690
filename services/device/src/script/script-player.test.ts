import { Liveness } from '@syncline/runtime/liveness.ts';
import { expect, test } from 'vitest';
import { Misbehaviour } from '../misbehaviour.ts';
import { DeviceBench, settled } from '../subscriber.fixture.ts';
import { parseScript } from './script.ts';
import { playScript } from './script-player.ts';

test('steps happen at their times, repeated ones on schedule, until the signal', async () => {
  const bench = new DeviceBench();
  const misbehaviour = new Misbehaviour(bench.device, (error) => expect.unreachable(error.message));
  const script = parseScript(`
steps:
  - { at: 10ms, set: { /a: 1, /b/x: 1 } }
  - { at: 20ms, every: 10ms, times: 2, set: { /a: "{n}" } }
  - { at: 35ms, atomic: /b, set: { /b/y: 2 }, fault: { delay: { each: 1s } } }
  - { at: 40ms, heal: true, delete: [/a] }
  - { at: 1h, heal: true }
`);
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  const over = new AbortController();
  using watch = new Liveness(bench.clock).watch('script');
  const traced = (_: string, change: (traceparent: string | undefined) => void) => change(undefined);
  const playing = playScript(
    script.steps,
    { device: bench.device, misbehaviour, traced },
    watch,
    over.signal,
  );
  await settled();
  await bench.pass(34);
  expect(sink.take()).toEqual(['sync', '+/a=1 +/b/x=1', '+/a=0', '+/a=1']);
  await bench.pass(1);
  expect(sink.take()).toEqual(['atomic /b +/b/y=2']);
  expect(bench.device.faults.armed).toHaveLength(1);
  await bench.pass(5);
  expect(bench.device.faults.armed).toEqual([]);
  expect(sink.take()).toEqual(['-/a']);
  over.abort(new Error('over'));
  await expect(playing).rejects.toThrow('over');
});
