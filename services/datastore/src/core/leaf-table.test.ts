import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Path } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { LeafTable, noPrefix } from './leaf-table.ts';
import { encodePath } from './path-wire.ts';

const bytesOf = (text: string) => Path.encode(toProto(parsePath(text))).finish();

function resolve(leaves: LeafTable, text: string, under?: string): number {
  const path = bytesOf(text);
  if (under === undefined) return leaves.resolve(noPrefix, path, 0, path.length);
  const prefix = bytesOf(under);
  return leaves.resolve(leaves.prefix(prefix, 0, prefix.length), path, 0, path.length);
}

test('a leaf is the same under every prefix and order of keys', () => {
  const leaves = new LeafTable(4096);
  const leaf = resolve(leaves, '/a/l[x=1][y=2]/v');
  expect(resolve(leaves, '/l[y=2][x=1]/v', '/a')).toBe(leaf);
  expect(resolve(leaves, '/v', '/a/l[y=2][x=1]')).toBe(leaf);
  expect(leaves.paths.size).toBe(1);
});

test('what is remembered of prefixes is forgotten at its bound, and means the same afterwards', () => {
  const leaves = new LeafTable(4096);
  const leaf = resolve(leaves, '/v', '/kept');
  for (let i = 0; i < 5000; i++) resolve(leaves, '/v', `/other[k=${i}]`);
  expect(resolve(leaves, '/v', '/kept')).toBe(leaf);
  expect(leaves.paths.size).toBe(5001);
});

test('after leaves are forgotten their paths name new ones', () => {
  const leaves = new LeafTable(4096);
  const gone = resolve(leaves, '/v', '/gone');
  leaves.forget([gone]);
  const other = resolve(leaves, '/v', '/other');
  expect(other).toBe(gone);
  expect(resolve(leaves, '/v', '/gone')).not.toBe(other);
});

test('ids that the store has no leaf for are not present', () => {
  const leaves = new LeafTable(4096);
  for (const id of [3, 1000]) {
    const path = encodePath(parsePath(`/l[k=${id}]`));
    leaves.load(id, path, 0, path.length);
    leaves.put(id, leaves.slab.store(Buffer.of(0x10, 1), 0, 2), 2, 1);
  }
  const present = Array.from({ length: leaves.bound }, (_, leaf) => leaf).filter((leaf) =>
    leaves.isPresent(leaf),
  );
  expect(present).toEqual([3, 1000]);
  expect(resolve(leaves, '/new')).toBeLessThan(1000);
});

test('a path that names no data changes nothing', () => {
  const leaves = new LeafTable(40);
  for (const text of ['/a/*', '/l[k=*]', '/a/.../b', `/${'x'.repeat(50)}`])
    expect(() => resolve(leaves, text)).toThrow();
  expect([leaves.paths.size, leaves.tree.bound]).toEqual([0, 1]);
});
