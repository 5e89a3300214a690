import { expect, test } from 'vitest';
import { Misbehaviour } from './misbehaviour.ts';
import { statusCode } from './status.ts';
import { DeviceBench, settled } from './subscriber.fixture.ts';

const defects: Error[] = [];

const deviceWith = async (leaves: Readonly<Record<string, number>>) => {
  const bench = new DeviceBench();
  const misbehaviour = new Misbehaviour(bench.device, (error) => defects.push(error));
  await bench.set(leaves);
  return { bench, misbehaviour, faults: bench.device.faults };
};

const stream = async (bench: DeviceBench) => (await bench.subscribe('STREAM', [{ path: '/' }])).sink;

test('a stall holds everything back, for all, until its time is over', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({ '/a': 0 });
  const before = await stream(bench);
  before.take();
  misbehaviour.begin({ kind: 'stall', durationMs: 50 });
  const after = await stream(bench);
  await bench.set({ '/a': 1 });
  await bench.set({ '/a': 2 });
  expect([before.take(), after.take()]).toEqual([[], []]);
  await bench.pass(50);
  expect(before.take()).toEqual(['+/a=2 (1)']);
  expect(after.take()).toEqual(['+/a=2 (2)', 'sync']);
  expect(faults.armed).toEqual([]);
});

test('a stall without a time lasts until it is healed', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0 });
  misbehaviour.begin({ kind: 'stall', durationMs: undefined });
  const sink = await stream(bench);
  await bench.pass(1_000);
  expect(sink.take()).toEqual([]);
  expect(misbehaviour.heal()).toBe(1);
  await settled();
  expect(sink.take()).toEqual(['+/a=0', 'sync']);
});

test('a delay comes before each message', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0 });
  misbehaviour.begin({ kind: 'delay', eachMs: 10 });
  const sink = await stream(bench);
  await bench.pass(9);
  expect(sink.take()).toEqual([]);
  await bench.pass(1);
  expect(sink.take()).toEqual(['+/a=0']);
  await bench.pass(10);
  expect(sink.take()).toEqual(['sync']);
  misbehaviour.heal();
  await bench.set({ '/a': 1 });
  expect(sink.take()).toEqual(['+/a=1']);
});

test('a cut ends open streams with its status and spares later ones', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({ '/a': 0 });
  const open = await stream(bench);
  misbehaviour.begin({ kind: 'cut', code: 13, text: 'gone' });
  expect(open.ended).toMatchObject({ code: 13, text: 'gone' });
  expect((await stream(bench)).ended).toBeUndefined();
  expect(faults.armed).toEqual([]);
});

test('a half-close ends open streams with OK', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0 });
  const open = await stream(bench);
  misbehaviour.begin({ kind: 'half_close' });
  expect(open.ended).toEqual({ code: statusCode.ok, text: '' });
});

test('a withheld sync leaves the initial tree without its end', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0 });
  misbehaviour.begin({ kind: 'withhold_sync' });
  const sink = await stream(bench);
  await bench.set({ '/a': 1 });
  expect(sink.take()).toEqual(['+/a=0', '+/a=1']);
});

test('a repeated sync comes once more to those who are subscribed', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0 });
  const sink = await stream(bench);
  misbehaviour.begin({ kind: 'repeat_sync' });
  await settled();
  expect(sink.take()).toEqual(['+/a=0', 'sync', 'sync']);
});

test.each([
  ['cut', ['+/a=0 +/b=0'], statusCode.unavailable],
  ['sync', ['+/a=0 +/b=0', 'sync'], undefined],
  ['stall', ['+/a=0 +/b=0'], undefined],
] as const)('a partial dump stops after its leaves, then: %s', async (then, lines, code) => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0, '/b': 0, '/c': 0 });
  misbehaviour.begin({ kind: 'partial_dump', leaves: 2, then });
  const sink = await stream(bench);
  expect(sink.take()).toEqual(lines);
  expect(sink.ended?.code).toBe(code);
});

test('a partial dump that stalls says nothing of changes either, and goes on when it is healed', async () => {
  const { bench, misbehaviour } = await deviceWith({ '/a': 0, '/b': 0, '/c': 0 });
  misbehaviour.begin({ kind: 'partial_dump', leaves: 2, then: 'stall' });
  const sink = await stream(bench);
  await bench.set({ '/a': 1 });
  expect(sink.take()).toEqual(['+/a=0 +/b=0']);
  misbehaviour.heal();
  await settled();
  expect(sink.take()).toEqual(['+/c=0', 'sync', '+/a=1']);
});

test('a flap cuts again and again, as often as it was told', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({ '/a': 0 });
  misbehaviour.begin({ kind: 'flap', everyMs: 10, times: 2 });
  const first = await stream(bench);
  await bench.pass(10);
  expect(first.ended?.code).toBe(statusCode.unavailable);
  const next = await stream(bench);
  expect(faults.armed).toHaveLength(1);
  await bench.pass(10);
  expect(next.ended?.code).toBe(statusCode.unavailable);
  expect(faults.armed).toEqual([]);
  const last = await stream(bench);
  await bench.pass(50);
  expect(last.ended).toBeUndefined();
});

test('a flap that is healed stops, and one begun anew replaces the one before', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({ '/a': 0 });
  misbehaviour.begin({ kind: 'flap', everyMs: 10, times: 0 });
  misbehaviour.begin({ kind: 'flap', everyMs: 30, times: 0 });
  expect(faults.armed).toHaveLength(1);
  const sink = await stream(bench);
  await bench.pass(15);
  expect(sink.ended).toBeUndefined();
  expect(misbehaviour.heal()).toBe(1);
  await bench.pass(100);
  expect(sink.ended).toBeUndefined();
});

test('a burst reaches a subscriber that keeps up update by update', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({});
  const sink = await stream(bench);
  misbehaviour.begin({ kind: 'burst', leaves: 3, updates: 7, perNotification: 2 });
  await settled();
  const leaf = (id: number, value: number) => `+/burst/leaf[id=${id}]/value=${value}`;
  expect(sink.take().slice(1)).toEqual([
    `${leaf(0, 1)} ${leaf(1, 2)}`,
    `${leaf(2, 3)} ${leaf(0, 4)}`,
    `${leaf(1, 5)} ${leaf(2, 6)}`,
    leaf(0, 7),
  ]);
  expect(faults.armed).toEqual([]);
});

test('a burst waits for a slow subscriber, but not for one that stands still', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({});
  const sink = await stream(bench);
  sink.take();
  sink.full = true;
  misbehaviour.begin({ kind: 'burst', leaves: 1, updates: 10_000, perNotification: 1 });
  await settled();
  expect(faults.armed).toHaveLength(1);
  await bench.pass(1_000);
  for (let i = 0; i < 10; i++) await settled();
  expect(faults.armed).toEqual([]);
  sink.full = false;
  await settled();
  expect(sink.take()).toEqual(['+/burst/leaf[id=0]/value=10000 (9999)']);
});

test('a burst that is healed while it waits for a slow subscriber leaves no timer', async () => {
  const { bench, misbehaviour } = await deviceWith({});
  (await stream(bench)).full = true;
  misbehaviour.begin({ kind: 'burst', leaves: 1, updates: 10_000, perNotification: 1 });
  await settled();
  expect(bench.clock.pending).toBe(1);
  misbehaviour.heal();
  await settled();
  expect(bench.clock.pending).toBe(0);
});

test('a huge notification is one message and leaves the tree alone', async () => {
  const { bench, misbehaviour } = await deviceWith({});
  const sink = await stream(bench);
  sink.take();
  misbehaviour.begin({ kind: 'huge_notification', bytes: 2_500_000 });
  await settled();
  const lines = sink.take();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.split(' ').map((part) => part.split('=').at(-1)?.length)).toEqual([
    1 << 20,
    1 << 20,
    402_848,
  ]);
  expect(bench.device.tree.size).toBe(0);
});

test('an unknown path and a wrong type ride on the next change, once, to everybody', async () => {
  const { bench, misbehaviour, faults } = await deviceWith({ '/a/x': 0 });
  const all = await stream(bench);
  const part = (await bench.subscribe('STREAM', [{ path: '/b' }])).sink;
  all.take();
  part.take();
  misbehaviour.begin({ kind: 'unknown_path' });
  misbehaviour.begin({ kind: 'wrong_type' });
  await bench.set({ '/a/x': 1 });
  await bench.set({ '/a/x': 2 });
  const strays = '+/unknown/leaf=nobody asked for this +/a/wrong-type={not json';
  expect(all.take()).toEqual([`+/a/x=1 ${strays}`, '+/a/x=2']);
  expect(part.take()).toEqual([strays]);
  expect(faults.armed).toEqual([]);
});

test('timestamps can be shifted, to and fro as well', async () => {
  const { misbehaviour, faults } = await deviceWith({});
  expect(faults.timestamp(1_000n)).toBe(1_000n);
  misbehaviour.begin({ kind: 'skew_timestamps', offset: -10n, alternate: false });
  expect([faults.timestamp(1_000n), faults.timestamp(1_000n)]).toEqual([990n, 990n]);
  misbehaviour.begin({ kind: 'skew_timestamps', offset: 10n, alternate: true });
  expect([faults.timestamp(1_000n), faults.timestamp(1_000n), faults.timestamp(1_000n)]).toEqual([
    990n,
    1_010n,
    990n,
  ]);
});

test('a fault takes the place of one of its kind', async () => {
  const { misbehaviour, faults } = await deviceWith({});
  misbehaviour.begin({ kind: 'delay', eachMs: 5 });
  misbehaviour.begin({ kind: 'hang_set' });
  misbehaviour.begin({ kind: 'delay', eachMs: 7 });
  expect(faults.armed).toEqual([{ kind: 'hang_set' }, { kind: 'delay', eachMs: 7 }]);
  expect(misbehaviour.heal()).toBe(2);
  expect(faults.pace.free).toBe(true);
});

test('no loop of faults has broken', () => {
  expect(defects).toEqual([]);
});
