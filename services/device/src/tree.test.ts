import type { Operation } from '@syncline/gnmi/notification.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import { Pattern } from '@syncline/gnmi/pattern.ts';
import { expect, test } from 'vitest';
import type { Stamp } from './change.ts';
import { sets } from './subscriber.fixture.ts';
import { Tree } from './tree.ts';

const stamp: Stamp = { timestamp: 1n, traceparent: undefined };
const remove = (path: string): Operation => ({ kind: 'delete', path: parsePath(path) });
const paths = (leaves: Iterable<{ readonly path: ReturnType<typeof parsePath> }>) =>
  [...leaves].map(({ path }) => printPath(path)).sort();

const treeOf = (...names: readonly string[]) => {
  const tree = new Tree();
  tree.apply(sets(Object.fromEntries(names.map((name) => [name, 1]))), stamp);
  return tree;
};

test('a change says which leaves were set and which are gone', () => {
  const tree = treeOf('/a/b', '/a/c', '/d');
  const change = tree.apply([remove('/a'), ...sets({ '/e': 2, '/d': 3 })], stamp);
  expect(change.deletes.map(printPath)).toEqual(['/a']);
  expect(paths(change.removed)).toEqual(['/a/b', '/a/c']);
  expect(paths(change.updates)).toEqual(['/d', '/e']);
  expect(paths(tree.all())).toEqual(['/d', '/e']);
  expect(change.removed.every(({ live }) => !live)).toBe(true);
});

test('a leaf that one change removes and sets again is the same leaf, and is set', () => {
  const tree = treeOf('/a/b', '/a/c');
  const before = tree.get(parsePath('/a/b'));
  const change = tree.apply([remove('/a'), ...sets({ '/a/b': 7 })], stamp);
  expect(paths(change.removed)).toEqual(['/a/c']);
  expect(change.updates).toEqual([before]);
  expect(before?.live).toBe(true);
  expect(tree.size).toBe(1);
});

test('a leaf that one change sets and then removes is gone', () => {
  const tree = treeOf('/a');
  const change = tree.apply([...sets({ '/b': 1 }), remove('/b')], stamp);
  expect(change.updates).toEqual([]);
  expect(paths(tree.all())).toEqual(['/a']);
});

test('the most leaves that it had are remembered', () => {
  const tree = treeOf('/a', '/b', '/c');
  tree.apply([remove('/'), ...sets({ '/d': 1 })], stamp);
  expect([tree.size, tree.largest]).toEqual([1, 3]);
});

test('an atomic change removes what it does not list', () => {
  const tree = treeOf('/a/b', '/a/c', '/d');
  const change = tree.apply(
    [{ kind: 'replace_prefix', path: parsePath('/a') }, ...sets({ '/a/c': 5 })],
    stamp,
  );
  expect(change.atomicUnder && printPath(change.atomicUnder)).toBe('/a');
  expect(paths(change.removed)).toEqual(['/a/b']);
  expect(change.deletes).toEqual([]);
});

test('a delete with a wildcard is told leaf by leaf, because telemetry has no wildcards', () => {
  const tree = treeOf('/l[k=1]/x', '/l[k=2]/x', '/l[k=2]/y');
  const change = tree.apply([remove('/l[k=*]/x')], stamp);
  expect(change.deletes.map(printPath)).toEqual(['/l[k=1]/x', '/l[k=2]/x']);
  expect(paths(tree.all())).toEqual(['/l[k=2]/y']);
});

test('the version counts different values only', () => {
  const tree = treeOf('/a');
  const leaf = tree.set(parsePath('/a'), { $case: 'intVal', value: 1n });
  expect(leaf.version).toBe(0);
  tree.revise(leaf, { $case: 'intVal', value: 2n });
  expect(leaf.version).toBe(1);
});

test('a target in a path is not part of the tree', () => {
  const tree = new Tree();
  tree.set({ ...parsePath('/a'), target: 'r1' }, { $case: 'boolVal', value: true });
  expect(tree.get(parsePath('/a'))?.path.target).toBe('');
});

test('leaves are found by pattern and to a depth', () => {
  const tree = treeOf('/l[k=1]/x', '/l[k=2]/x', '/m');
  expect(paths(tree.match(new Pattern(parsePath('/l'))))).toEqual(['/l[k=1]/x', '/l[k=2]/x']);
  expect(paths(tree.match(new Pattern(parsePath('/')), 1))).toEqual(['/m']);
});
