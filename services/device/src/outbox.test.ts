import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Item, Stamp } from './change.ts';
import { Outbox, SlowConsumerError } from './outbox.ts';
import { TreeLeaf } from './tree-leaf.ts';

const stamp = (timestamp: bigint): Stamp => ({ timestamp, traceparent: undefined });
const leaf = (path: string, value = 0n) => new TreeLeaf(parsePath(path), { $case: 'uintVal', value });

const smallTree = { largest: 0 };

const show = (item: Item | undefined) => {
  if (item?.kind !== 'notification') return item?.kind;
  const updates = item.updates.map(
    (it) => `+${printPath(it.path)}${'*'.repeat(item.duplicates.get(it) ?? 0)}`,
  );
  return [...item.deletes.map((path) => `-${printPath(path)}`), ...updates].join(' ');
};

const drain = (outbox: Outbox, maxBytes = 1_000) => {
  const items: (string | undefined)[] = [];
  while (outbox.size > 0) items.push(show(outbox.take(maxBytes)));
  return items;
};

test('leaves of one change leave in one notification, those of two in two', () => {
  const outbox = new Outbox(smallTree);
  const [first, second] = [stamp(1n), stamp(2n)];
  outbox.update(leaf('/a'), first);
  outbox.update(leaf('/b'), first);
  outbox.remove(leaf('/c'), first);
  outbox.update(leaf('/d'), second);
  expect(drain(outbox)).toEqual(['-/c +/a +/b', '+/d']);
  expect(outbox.take(1_000)).toBeUndefined();
});

test('a leaf that waits keeps its place and counts what it overtook', () => {
  const outbox = new Outbox(smallTree);
  const [a, b] = [leaf('/a'), leaf('/b')];
  outbox.update(a, stamp(1n));
  outbox.update(b, stamp(2n));
  outbox.update(a, stamp(3n));
  outbox.update(a, stamp(4n));
  expect(drain(outbox)).toEqual(['+/a**', '+/b']);
});

test('a delete overtakes the value that waits, and the value of the next leaf comes after it', () => {
  const outbox = new Outbox(smallTree);
  const a = leaf('/a');
  outbox.update(a, stamp(1n));
  outbox.remove(a, stamp(2n));
  outbox.update(leaf('/a'), stamp(3n));
  expect(drain(outbox)).toEqual(['-/a', '+/a']);
});

test('however often a leaf comes and goes, one delete and one value of it wait', () => {
  const outbox = new Outbox(smallTree);
  for (let round = 0n; round < 20_000n; round++) {
    const a = leaf('/a', round);
    outbox.update(a, stamp(round));
    expect(outbox.size).toBeLessThanOrEqual(2);
    outbox.remove(a, stamp(round));
  }
  expect(drain(outbox)).toEqual(['-/a']);
});

test('a delete waits again behind a message that has set what it deletes', () => {
  const outbox = new Outbox(smallTree);
  outbox.remove(leaf('/a/b'), stamp(1n));
  const again = leaf('/a/b');
  outbox.forget(again);
  outbox.append({ kind: 'sync' });
  outbox.remove(again, stamp(2n));
  expect(drain(outbox)).toEqual(['sync', '-/a/b']);
});

test.each([
  [0, 10_000],
  [12_000, 12_000],
])('for a tree that had %i leaves at the most, %i deletes may wait', (largest, bound) => {
  const outbox = new Outbox({ largest });
  const remove = (i: number) => outbox.remove(leaf(`/l[k=${i}]`), stamp(BigInt(i)));
  for (let i = 0; i < bound; i++) remove(i);
  remove(0);
  expect(() => remove(bound)).toThrow(SlowConsumerError);
  outbox.take(1);
  remove(bound);
  outbox.forget(leaf('/l[k=1]'));
  remove(bound + 1);
  expect(outbox.size).toBe(bound);
});

test('a walk that meets a leaf which waits adds nothing', () => {
  const outbox = new Outbox(smallTree);
  const a = leaf('/a');
  outbox.update(a, stamp(1n));
  outbox.include(a, stamp(2n));
  expect(drain(outbox)).toEqual(['+/a']);
});

test('what cannot be coalesced keeps its place between leaves', () => {
  const outbox = new Outbox(smallTree);
  const a = leaf('/a');
  outbox.update(a, stamp(1n));
  outbox.append({ kind: 'sync' });
  outbox.update(leaf('/b'), stamp(1n));
  outbox.update(a, stamp(2n));
  expect(drain(outbox)).toEqual(['+/a*', 'sync', '+/b']);
});

test('a notification ends at the size asked for, but holds one leaf at least', () => {
  const outbox = new Outbox(smallTree);
  const same = stamp(1n);
  for (const name of ['/a', '/b', '/c']) {
    outbox.include(new TreeLeaf(parsePath(name), { $case: 'stringVal', value: 'x'.repeat(100) }), same);
  }
  expect(drain(outbox, 200)).toEqual(['+/a +/b', '+/c']);
  outbox.include(new TreeLeaf(parsePath('/d'), { $case: 'stringVal', value: 'x'.repeat(1_000) }), same);
  expect(drain(outbox, 10)).toEqual(['+/d']);
});

test('items that cannot be coalesced are bounded in number and in bytes', () => {
  const many = new Outbox(smallTree);
  for (let i = 0; i < 1_000; i++) many.append({ kind: 'sync' });
  expect(() => many.append({ kind: 'sync' })).toThrow(SlowConsumerError);
  many.take(1);
  many.append({ kind: 'sync' });

  const big = new Outbox(smallTree);
  const notification = new Uint8Array(40 << 20);
  big.append({ kind: 'raw', notification });
  expect(() => big.append({ kind: 'raw', notification })).toThrow(/slow consumer.*67108864 bytes/);
  big.take(1);
  big.append({ kind: 'raw', notification });
});

test('whatever happens, the reader ends with the tree, and what waits is bounded by it', () => {
  // A branch of one step may be a leaf in a later one: a delete must not take along what came after it.
  const paths = ['/a', '/a/b', '/a/b/c', '/a/d', '/l[k=1]', '/l[k=1]/v'];
  const isAtOrUnder = (path: string, place: string) => path === place || path.startsWith(`${place}/`);
  const step = fc.record({
    kind: fc.constantFrom('set', 'remove', 'take'),
    path: fc.constantFrom(...paths),
    bytes: fc.nat({ max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const outbox = new Outbox(smallTree);
      const tree = new Map<string, TreeLeaf>();
      const reader = new Map<string, bigint>();
      let values = 0n;
      let overtaken = 0;
      let told = 0;
      let received = 0;
      const read = (maxBytes: number) => {
        const item = outbox.take(maxBytes);
        if (item?.kind !== 'notification') return;
        for (const place of item.deletes.map(printPath)) {
          for (const path of reader.keys()) if (isAtOrUnder(path, place)) reader.delete(path);
        }
        for (const it of item.updates) {
          reader.set(printPath(it.path), it.value.value as bigint);
          received++;
          overtaken += item.duplicates.get(it) ?? 0;
        }
      };
      const remove = (isGone: (path: string) => boolean) => {
        const removed = stamp(values);
        for (const [path, it] of tree) {
          if (!isGone(path)) continue;
          tree.delete(path);
          outbox.remove(it, removed);
        }
      };
      for (const { kind, path, bytes } of steps) {
        if (kind === 'take') read(bytes);
        else if (kind === 'remove') remove((it) => isAtOrUnder(it, path));
        else {
          remove((it) => it !== path && (isAtOrUnder(it, path) || isAtOrUnder(path, it)));
          const it = tree.get(path) ?? leaf(path);
          it.value = { $case: 'uintVal', value: ++values };
          tree.set(path, it);
          outbox.update(it, stamp(values));
          told++;
        }
        expect(outbox.size).toBeLessThanOrEqual(tree.size + paths.length);
      }
      while (outbox.size > 0) read(40);
      expect(reader).toEqual(new Map([...tree].map(([path, it]) => [path, it.value.value])));
      expect(received + overtaken).toBeLessThanOrEqual(told);
    }),
  );
});
