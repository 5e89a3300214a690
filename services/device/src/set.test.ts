import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import { parseSet } from '@syncline/gnmi/set-request.ts';
import { SetRequest } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { setOperations } from './set.ts';
import { sets } from './subscriber.fixture.ts';
import { Tree } from './tree.ts';

const treeOf = (leaves: Readonly<Record<string, number | string>>) => {
  const tree = new Tree();
  tree.apply(sets(leaves), { timestamp: 0n, traceparent: undefined });
  return tree;
};

type Write = readonly [path: string, json: unknown];

interface Asked {
  readonly delete?: readonly string[];
  readonly replace?: readonly Write[];
  readonly update?: readonly Write[];
  readonly extension?: readonly object[];
}

const write = ([path, json]: Write) => ({
  path: toProto(parsePath(path)),
  val: { value: { $case: 'jsonVal' as const, value: Buffer.from(JSON.stringify(json)) } },
});

const request = (asked: Asked) =>
  SetRequest.fromPartial({
    delete: (asked.delete ?? []).map((path) => toProto(parsePath(path))),
    replace: (asked.replace ?? []).map(write),
    update: (asked.update ?? []).map(write),
    extension: [...(asked.extension ?? [])],
  });

/** Carries a Set out and shows the tree. */
const set = (tree: Tree, asked: Asked) => {
  const plan = parseSet(request(asked), { maxPaths: 100, models: new Set() });
  tree.apply(setOperations(tree, plan), { timestamp: 0n, traceparent: undefined });
  const leaves = [...tree.all()].map(({ path, value }) => [
    printPath(path),
    value.value instanceof Uint8Array ? Buffer.from(value.value).toString() : String(value.value as bigint),
  ]);
  return Object.fromEntries(leaves) as Record<string, string>;
};

test('deletes come before replaces, those before updates, each list in its order', () => {
  const tree = treeOf({ '/a/x': 1, '/a/y': 1, '/b/x': 1, '/b/y': 1 });
  expect(
    set(tree, {
      update: [
        ['/a/x', 4],
        ['/a/x', 5],
      ],
      replace: [['/b', { x: 3 }]],
      delete: ['/a', '/absent'],
    }),
  ).toEqual({
    '/a/x': '5',
    '/b/x': '3',
  });
});

test('an update merges an object, a replace removes what it does not list', () => {
  const tree = treeOf({ '/c/x': 1, '/c/y': 1 });
  expect(set(tree, { update: [['/c', { x: 2, z: 2 }]] })).toEqual({ '/c/x': '2', '/c/y': '1', '/c/z': '2' });
  expect(set(tree, { replace: [['/c', { z: 3 }]] })).toEqual({ '/c/z': '3' });
  expect(set(tree, { replace: [['/', {}]] })).toEqual({});
});

test('arrays of a list that is known become its entries, of one that is not stay a leaf', () => {
  const tree = treeOf({ '/interfaces/interface[name=eth0]/mtu': 1500 });
  const json = {
    interface: [
      { name: 'eth0', mtu: 9000 },
      { name: 'eth1', mtu: 1 },
    ],
    other: [{ id: 1 }],
  };
  expect(set(tree, { update: [['/interfaces', json]] })).toEqual({
    '/interfaces/interface[name=eth0]/mtu': '9000',
    '/interfaces/interface[name=eth0]/name': '"eth0"',
    '/interfaces/interface[name=eth1]/mtu': '1',
    '/interfaces/interface[name=eth1]/name': '"eth1"',
    '/interfaces/other': '[{"id":1}]',
  });
});

test.each<[string, Asked, string]>([
  ['a key left out', { update: [['/l/v', 1]] }, 'update "/l/v": the key k is missing'],
  [
    'some of the keys left out',
    { replace: [['/two[a=1]/v', 1]] },
    'replace "/two[a=1]/v": the key b is missing',
  ],
  ['an empty list entry', { replace: [['/l[k=1]', {}]] }, 'replace "/l[k=1]": a list entry cannot be empty'],
  ['a key that differs from the path', { update: [['/l[k=1]', { k: '2' }]] }, '/l[k=1]/k'],
  ['a commit', { extension: [{ ext: { $case: 'commit', value: { id: 'c1' } } }] }, 'no confirmed commit'],
  ['arbitration', { extension: [{ ext: { $case: 'masterArbitration', value: {} } }] }, 'no arbitration'],
])('%s is refused and changes nothing', (_, asked, message) => {
  const tree = treeOf({ '/l[k=1]/v': 1, '/two[a=1][b=2]/v': 1 });
  expect(() => set(tree, { delete: ['/l'], ...asked })).toThrow(message);
  expect(tree.size).toBe(2);
});

test('a string without quotes, as pygnmi sends it, is a string; other JSON that is none is refused', () => {
  const raw = (text: string, path = '/a') => {
    const val = { value: { $case: 'jsonVal' as const, value: Buffer.from(text) } };
    const write = { path: toProto(parsePath(path)), val };
    const tree = new Tree();
    const plan = parseSet(SetRequest.fromPartial({ replace: [write] }), { maxPaths: 1, models: new Set() });
    tree.apply(setOperations(tree, plan), { timestamp: 0n, traceparent: undefined });
    return [...tree.all()].map(({ value }) => value);
  };
  expect(raw('tango 1')).toEqual([{ $case: 'stringVal', value: 'tango 1' }]);
  expect(raw('17')).toMatchObject([{ $case: 'jsonVal' }]);
  expect(() => raw('{"a":')).toThrow(/unreadable JSON/);
  expect(() => raw('')).toThrow(/unreadable JSON/);
  expect(() => raw('{', '/l[k=1]')).toThrow(/unreadable JSON/);
});

test('an empty Set is success', () => {
  expect(set(treeOf({ '/a': 1 }), {})).toEqual({ '/a': '1' });
});
