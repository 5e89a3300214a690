import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statusCode } from './status.ts';
import { deviceWith, printValue, sets, settled, slowConsumerMs } from './subscriber.fixture.ts';

test('a subscriber that lets too much wait that cannot be coalesced is ended, alone', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const slow = await bench.subscribe('STREAM', [{ path: '/' }], { full: true });
  const other = await bench.subscribe('STREAM', [{ path: '/' }]);
  for (let i = 0; i < 1_001; i++) {
    bench.device.audience.append(() => ({ kind: 'sync' }));
    if (i % 500 === 0) await settled();
  }
  await settled();
  expect(slow.sink.ended).toMatchObject({
    code: statusCode.aborted,
    text: expect.stringContaining('slow consumer') as string,
  });
  expect(other.sink.ended).toBeUndefined();
  expect(bench.device.audience.size).toBe(1);
});

test('a leaf that comes and goes waits once, and the reader is told of what it is by then', async () => {
  const bench = await deviceWith({ '/a': 0, '/b': 0 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  sink.take();
  sink.full = true;
  for (let round = 1; round <= 100; round++) {
    await bench.delete('/a', '/b');
    await bench.set({ '/a': round, '/b': round });
  }
  await bench.delete('/b');
  sink.full = false;
  await settled();
  expect(sink.take()).toEqual(['-/a -/b', '+/a=100']);
});

/** The leaves that a reader has after these lines. */
function treeAfter(lines: readonly string[]): Map<string, string> {
  const tree = new Map<string, string>();
  const forget = (place: string) => {
    for (const path of tree.keys()) {
      if (path === place || path.startsWith(place === '/' ? place : `${place}/`)) tree.delete(path);
    }
  };
  for (const word of lines.flatMap((line) => line.replace('atomic /', '-/').split(' '))) {
    const [path = '', value = ''] = word.slice(1).split('=');
    if (word.startsWith('-')) forget(path);
    if (word.startsWith('+')) tree.set(path, value);
  }
  return tree;
}

test('whatever changes while it reads now and then, the sum of what a subscriber is told is the tree', async () => {
  const leaves = fc.dictionary(
    fc.constantFrom('/a/x', '/a/y', '/b/c/x', '/b/c/y', '/d'),
    fc.nat({ max: 9 }),
    { maxKeys: 3 },
  );
  const places = fc.array(fc.constantFrom('/', '/a', '/a/x', '/b', '/b/c/y', '/d'), { maxLength: 2 });
  const deletes = places.map((all) =>
    all.map((text) => ({ kind: 'delete' as const, path: parsePath(text) })),
  );
  const atomic = fc.record({ under: fc.constantFrom('/a', '/b/c'), leaf: fc.constantFrom('x', 'y') });
  const steps = fc.array(
    fc.oneof(
      fc.boolean(),
      fc.tuple(deletes, leaves).map(([gone, values]) => [...gone, ...sets(values)]),
      atomic.map(({ under, leaf }) => [
        { kind: 'replace_prefix' as const, path: parsePath(under) },
        ...sets({ [`${under}/${leaf}`]: 10 }),
      ]),
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const bench = await deviceWith({ '/a/x': 0, '/b/c/x': 0, '/d': 0 });
      const { sink } = await bench.subscribe('STREAM', [{ path: '/' }], { full: true });
      for (const step of all) {
        if (typeof step !== 'boolean') bench.device.apply(step, bench.device.stamp(undefined));
        else {
          sink.full = step;
          await settled();
        }
      }
      sink.full = false;
      await settled();
      const tree = [...bench.device.tree.all()].map(
        (it) => [printPath(it.path), printValue(it.value)] as const,
      );
      expect(treeAfter(sink.take())).toEqual(new Map(tree));
    }),
  );
});

test('a subscriber that is owed more deletes than the tree ever had leaves is ended, alone', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const slow = await bench.subscribe('STREAM', [{ path: '/' }], { full: true });
  const other = await bench.subscribe('STREAM', [{ path: '/' }]);
  const comeAndGo = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const path = parsePath(`/session[id=${i}]`);
      bench.device.apply(sets({ [`/session[id=${i}]`]: i }), bench.device.stamp(undefined));
      bench.device.apply([{ kind: 'delete', path }], bench.device.stamp(undefined));
    }
  };
  comeAndGo(0, 10_000);
  await settled();
  expect(slow.sink.ended).toBeUndefined();
  comeAndGo(10_000, 10_001);
  await settled();
  expect(slow.sink.ended).toEqual({
    code: statusCode.aborted,
    text: 'slow consumer: 10000 deletes wait already',
  });
  expect(other.sink.ended).toBeUndefined();
  expect(bench.device.audience.size).toBe(1);
});

test('a subscriber that reads nothing of what waits for it is ended in time, alone', async () => {
  const bench = await deviceWith({ '/a': 1 });
  const slow = await bench.subscribe('STREAM', [{ path: '/' }]);
  const idle = await bench.subscribe('STREAM', [{ path: '/' }]);
  bench.awake.advance(10 * slowConsumerMs);
  slow.sink.full = true;
  bench.awake.advance(slowConsumerMs - 1);
  expect(slow.sink.ended).toBeUndefined();
  bench.awake.advance(slowConsumerMs / 4 + 1);
  expect(slow.sink.ended).toEqual({
    code: statusCode.aborted,
    text: 'slow consumer: it read nothing of what waits for it for 1000 ms',
  });
  await settled();
  expect(idle.sink.ended).toBeUndefined();
  expect(bench.device.audience.size).toBe(1);
});

test('a subscriber that reads now and then is served on', async () => {
  const bench = await deviceWith({ '/a': 0 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  sink.take();
  for (let round = 1; round <= 10; round++) {
    sink.full = true;
    await bench.set({ '/a': round });
    bench.awake.advance(slowConsumerMs * 0.9);
    sink.full = false;
    await settled();
  }
  expect(sink.ended).toBeUndefined();
  expect(sink.take()).toHaveLength(10);
});

test('a stall does not count against the subscriber, which has read all that it was sent', async () => {
  const bench = await deviceWith({ '/a': 0 });
  const { sink } = await bench.subscribe('STREAM', [{ path: '/' }]);
  bench.device.faults.arm({ kind: 'stall', durationMs: undefined });
  await bench.set({ '/a': 1 });
  bench.awake.advance(10 * slowConsumerMs);
  expect(sink.ended).toBeUndefined();
});
