import { parsePath } from '@syncline/gnmi/path-text.ts';
import { expect, test } from 'vitest';
import { statusCode } from './status.ts';
import { DeviceBench, deviceWith, sets, settled } from './subscriber.fixture.ts';

test('ONCE sends everything, syncs and ends with OK', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/a/y': 2, '/b': 3 });
  const { sink } = await bench.subscribe('ONCE', [{ path: '/a' }]);
  expect(sink.take()).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
  expect(sink.ended).toEqual({ code: statusCode.ok, text: '' });
});

test('ONCE with updates_only just syncs', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink } = await bench.subscribe('ONCE', [{ path: '/' }], { updatesOnly: true });
  expect(sink.take()).toEqual(['sync']);
  expect(sink.ended?.code).toBe(statusCode.ok);
});

test('POLL sends everything at first and again for each poll, and ends when it is finished', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink, subscriber } = await bench.subscribe('POLL', [{ path: '/' }]);
  expect(sink.take()).toEqual(['+/a=1', 'sync']);
  await bench.set({ '/a': 2 });
  expect(sink.take()).toEqual([]);
  subscriber.poll(() => {});
  await settled();
  expect(sink.take()).toEqual(['+/a=2', 'sync']);
  subscriber.finish();
  await settled();
  expect(sink.ended?.code).toBe(statusCode.ok);
});

test('POLL with updates_only syncs first and answers polls in full', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink, subscriber } = await bench.subscribe('POLL', [{ path: '/' }], { updatesOnly: true });
  expect(sink.take()).toEqual(['sync']);
  subscriber.poll(() => {});
  await settled();
  expect(sink.take()).toEqual(['+/a=1', 'sync']);
});

test('ON_CHANGE sends everything, syncs once, then each change in one notification', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/b': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/a' }]);
  expect(sink.take()).toEqual(['+/a/x=1', 'sync']);
  await bench.set({ '/a/x': 2, '/a/y': 1, '/b': 2 });
  await bench.set({ '/b': 3 });
  await bench.delete('/a');
  expect(sink.take()).toEqual(['+/a/x=2 +/a/y=1', '-/a']);
});

test('TARGET_DEFINED is sent on change', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/', mode: 'TARGET_DEFINED' }]);
  await bench.set({ '/a': 2 });
  expect(sink.take()).toEqual(['+/a=1', 'sync', '+/a=2']);
});

test('STREAM with updates_only syncs first and then sends changes', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }], { updatesOnly: true });
  await bench.set({ '/a': 2 });
  expect(sink.take()).toEqual(['sync', '+/a=2']);
});

test('a path that is not there yet is followed from when it is', async () => {
  const bench = new DeviceBench();
  const { sink } = await bench.subscribe('STREAM', [{ path: '/not/yet' }]);
  await bench.set({ '/not/yet/there': 1 });
  expect(sink.take()).toEqual(['sync', '+/not/yet/there=1']);
});

test('a leaf that two paths cover comes once', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/a/y': 2 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/a/x' }, { path: '/a' }]);
  expect(sink.take()).toEqual(['+/a/x=1 +/a/y=2', 'sync']);
  await bench.set({ '/a/x': 3 });
  expect(sink.take()).toEqual(['+/a/x=3']);
});

test('the delete of a branch above the subscribed path is told as the delete of what lay under the path', async () => {
  const bench = await deviceWith({ '/a/x/p': 1, '/a/x/q': 1, '/a/y': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/a/x' }]);
  sink.take();
  await bench.delete('/a');
  expect(sink.take()).toEqual(['-/a/x/p -/a/x/q']);
});

test('an atomic change is told as one to those who follow all of it', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/a/y': 1 });
  const all = await bench.subscribe('STREAM', [{ path: '/' }]);
  const part = await bench.subscribe('STREAM', [{ path: '/a/x' }, { path: '/a/y' }]);
  all.sink.take();
  part.sink.take();
  await bench.apply([{ kind: 'replace_prefix', path: parsePath('/a') }, ...sets({ '/a/x': 2 })]);
  expect(all.sink.take()).toEqual(['atomic /a +/a/x=2']);
  expect(part.sink.take()).toEqual(['-/a/y +/a/x=2']);
});

test('SAMPLE sends everything each interval, and deletes when they happen', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/a/y': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/a', mode: 'SAMPLE', sampleMs: 10 }]);
  expect(sink.take()).toEqual(['+/a/x=1 +/a/y=1', 'sync']);
  await bench.set({ '/a/x': 2 });
  await bench.pass(9);
  expect(sink.take()).toEqual([]);
  await bench.pass(1);
  expect(sink.take()).toEqual(['+/a/x=2 +/a/y=1']);
  await bench.delete('/a/y');
  expect(sink.take()).toEqual(['-/a/y']);
  await bench.pass(20);
  expect(sink.take()).toEqual(['+/a/x=2', '+/a/x=2']);
});

test('SAMPLE with suppress_redundant sends what changed, and everything at a heartbeat', async () => {
  const bench = await deviceWith({ '/a/x': 1, '/a/y': 1 });
  const { sink } = await bench.subscribe('STREAM', [
    { path: '/a', mode: 'SAMPLE', sampleMs: 10, suppressRedundant: true, heartbeatMs: 35 },
  ]);
  sink.take();
  await bench.pass(10);
  expect(sink.take()).toEqual([]);
  await bench.set({ '/a/x': 2 });
  await bench.set({ '/a/y': 1 });
  await bench.pass(20);
  expect(sink.take()).toEqual(['+/a/x=2']);
  await bench.pass(5);
  expect(sink.take()).toEqual(['+/a/x=2 +/a/y=1']);
});

test('ON_CHANGE with a heartbeat sends every leaf again once an interval', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/', heartbeatMs: 10 }]);
  sink.take();
  await bench.pass(25);
  expect(sink.take()).toEqual(['+/a=1', '+/a=1']);
});

test('two modes in one subscription: the sync comes after the leaves of both', async () => {
  const bench = await deviceWith({ '/a': 1, '/b': 1 });
  const { sink } = await bench.subscribe('STREAM', [
    { path: '/a' },
    { path: '/b', mode: 'SAMPLE', sampleMs: 10 },
  ]);
  expect(sink.take()).toEqual(['+/a=1 +/b=1', 'sync']);
  await bench.set({ '/a': 2, '/b': 2 });
  expect(sink.take()).toEqual(['+/a=2']);
  await bench.pass(10);
  expect(sink.take()).toEqual(['+/b=2']);
});

test('a slow subscriber gets the last value of each leaf and how many it missed', async () => {
  const bench = await deviceWith({ '/a': 0, '/b': 0, '/c': 0 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  sink.take();
  sink.full = true;
  for (let value = 1; value <= 5; value++) await bench.set({ '/a': value });
  await bench.set({ '/b': 1 });
  await bench.delete('/c');
  expect(sink.take()).toEqual([]);
  sink.full = false;
  await settled();
  expect(sink.take()).toEqual(['+/a=5 (4)', '+/b=1', '-/c']);
});

test('an atomic change that has to wait overtakes what waits for its leaves, and stays one', async () => {
  const bench = await deviceWith({ '/a/x': 0, '/a/y': 0, '/b': 0 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  sink.take();
  sink.full = true;
  await bench.set({ '/a/x': 1, '/b': 1 });
  await bench.apply([{ kind: 'replace_prefix', path: parsePath('/a') }, ...sets({ '/a/x': 2 })]);
  await bench.delete('/a/x');
  sink.full = false;
  await settled();
  expect(sink.take()).toEqual(['+/b=1', 'atomic /a +/a/x=2', '-/a/x']);
});

test('changes during the initial walk are neither missed nor out of order', async () => {
  const bench = await deviceWith(
    Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`/l[k=${i}]/v`, 0])),
  );
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }], { full: true });
  await bench.set({ '/l[k=0]/v': 1, '/l[k=4999]/v': 1, '/new': 1 });
  await bench.delete('/l[k=4998]', '/l[k=1]');
  await bench.set({ '/l[k=1]/v': 2 });
  sink.full = false;
  await settled();
  const reader = new Map<string, string>();
  const lines = sink.take();
  for (const word of lines.flatMap((line) => line.split(' '))) {
    const [path = '', value = ''] = word.slice(1).split(/(?<=v|new|\])=/);
    if (word.startsWith('+')) reader.set(path, value);
    if (word.startsWith('-')) {
      for (const known of reader.keys())
        if (known === path || known.startsWith(`${path}/`)) reader.delete(known);
    }
  }
  expect(lines.filter((line) => line === 'sync')).toHaveLength(1);
  expect(reader.size).toBe(5_000);
  expect(['/l[k=0]/v', '/l[k=1]/v', '/l[k=4999]/v', '/new'].map((path) => reader.get(path))).toEqual([
    '1',
    '2',
    '1',
    '1',
  ]);
  expect(reader.has('/l[k=4998]/v')).toBe(false);
});

test('a large initial set is bundled in notifications of about 60 KB', async () => {
  const bench = await deviceWith(
    Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`/list[key=${i}]/leaf`, i])),
  );
  const { sink } = await bench.subscribe('ONCE', [{ path: '/list' }]);
  const sizes = sink
    .take()
    .slice(0, -1)
    .map((line) => line.split(' ').length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(5_000);
  expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(500);
});

test('a change of more leaves than a message should hold is split', async () => {
  const bench = new DeviceBench();
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  await bench.set(Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`/list[key=${i}]/leaf`, i])));
  expect(sink.take().length).toBeGreaterThan(3);
  await bench.set(
    Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`/big[key=${i}]`, 'x'.repeat(500_000)])),
  );
  expect(sink.take()).toHaveLength(3);
});

test('a subscription that was cancelled is forgotten, its timers included', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/', mode: 'SAMPLE', sampleMs: 5 }]);
  expect([bench.device.audience.size, bench.clock.pending, bench.awake.pending]).toEqual([1, 1, 1]);
  sink.end({ code: statusCode.ok, text: '' });
  await settled();
  expect([bench.device.audience.size, bench.clock.pending, bench.awake.pending]).toEqual([0, 0, 0]);
});
