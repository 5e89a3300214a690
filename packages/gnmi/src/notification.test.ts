import { Encoding, Notification, type TypedValue } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { readNotification } from './notification.ts';
import { toProto } from './path-proto.ts';
import { parsePath, printPath } from './path-text.ts';

const path = (text: string) => toProto(parsePath(text));
const json = (text: string): TypedValue => ({
  value: { $case: 'jsonVal', value: new TextEncoder().encode(text) },
});
const int = (value: bigint): TypedValue => ({ value: { $case: 'intVal', value } });

/** The operations as `kind path`, with the faults and the count of the superseded. */
function read(message: Parameters<typeof Notification.fromPartial>[0]) {
  const plan = readNotification(Notification.fromPartial(message));
  return {
    ...plan,
    operations: plan.operations.map((it) => `${it.kind} ${it.path.target}${printPath(it.path)}`),
  };
}

test('deletes come before updates, both under the prefix', () => {
  expect(
    read({
      timestamp: 5n,
      prefix: { ...path('openconfig:/a'), target: 'r1:' },
      update: [{ path: path('/b'), val: int(1n) }],
      delete: [path('/b[k=*]/.../c'), path('/d')],
    }),
  ).toEqual({
    operations: ['delete r1:/a/b[k=*]/.../c', 'delete r1:/a/d', 'set r1:/a/b'],
    faults: [],
    superseded: 0,
  });
});

test("a set carries the value, the sender's count and its time", () => {
  const message = Notification.fromPartial({
    timestamp: 5n,
    update: [{ path: path('/a'), val: int(1n), duplicates: 3 }],
  });
  expect(readNotification(message).operations).toEqual([
    {
      kind: 'set',
      path: parsePath('/a'),
      value: { $case: 'intVal', value: 1n },
      duplicates: 3,
      timestamp: 5n,
    },
  ]);
});

test('an atomic message first replaces what is under its prefix', () => {
  expect(
    read({
      atomic: true,
      prefix: path('/a'),
      delete: [path('/c')],
      update: [{ path: path('/b'), val: int(1n) }],
    }).operations,
  ).toEqual(['replace_prefix /a', 'delete /a/c', 'set /a/b']);
});

test('of two updates of a leaf the last wins in its place and counts the first', () => {
  const message = Notification.fromPartial({
    update: [
      { path: path('/a/b'), val: int(1n), duplicates: 2 },
      { path: path('/c'), val: int(2n) },
      { path: path('/a'), val: json('{"b":3}'), duplicates: 1 },
    ],
  });
  const { operations, superseded } = readNotification(message);
  expect(operations.map((it) => printPath(it.path))).toEqual(['/c', '/a/b']);
  expect(operations[1]).toMatchObject({ duplicates: 4, value: { $case: 'jsonVal' } });
  expect(superseded).toBe(1);
});

test('an update without a path is the value at the prefix', () => {
  expect(read({ prefix: path('/a/b'), update: [{ val: int(1n) }] }).operations).toEqual(['set /a/b']);
  expect(read({ prefix: path('/a'), update: [{ val: json('{"b":1,"c":{"d":2}}') }] }).operations).toEqual([
    'set /a/b',
    'set /a/c/d',
  ]);
});

test('the old value field is read by its encoding when there is no new one', () => {
  const old = (type: Encoding) => ({
    path: path('/a'),
    value: { type, value: new TextEncoder().encode('"x"') },
  });
  const cases = [Encoding.JSON, Encoding.JSON_IETF, Encoding.ASCII, Encoding.BYTES, Encoding.PROTO].map(
    (type) => {
      const [operation] = readNotification(Notification.fromPartial({ update: [old(type)] })).operations;
      return operation?.kind === 'set' ? operation.value.$case : undefined;
    },
  );
  expect(cases).toEqual(['jsonVal', 'jsonIetfVal', 'asciiVal', 'bytesVal', 'protoBytes']);
  const both = readNotification(
    Notification.fromPartial({ update: [{ ...old(Encoding.JSON), val: int(1n) }] }),
  );
  expect(both.operations[0]).toMatchObject({ value: { $case: 'intVal' } });
});

test('what cannot be applied is a fault of its own, the rest is kept', () => {
  const { operations, faults } = read({
    prefix: path('oc:/p'),
    delete: [{ elem: [{ name: '...', key: { k: '1' } }] }, path('/gone')],
    update: [
      { path: path('/good'), val: int(1n) },
      { path: path('/a/*'), val: int(1n) },
      { path: path('/a[k=*]'), val: int(1n) },
      { path: { elem: [{ name: 'a' }, { name: '' }] }, val: int(1n) },
      { path: path('/none') },
      { path: path('/bad'), val: json('{') },
      { path: path('other:/x'), val: int(1n) },
      { path: { ...path('/t'), target: 'r2' }, val: int(1n) },
      { path: path('/hole'), val: { value: { $case: 'leaflistVal', value: { element: [int(1n), {}] } } } },
    ],
  });
  expect(operations).toEqual(['delete oc:/p/gone', 'set oc:/p/good']);
  expect(faults.map((it) => it.path)).toEqual([
    '/p/...[k=1]',
    '/p/a/*',
    '/p/a[k=*]',
    '/p/a/',
    'oc:/p/none',
    'oc:/p/bad',
    '/p/x',
    '/p/t',
    'oc:/p/hole',
  ]);
  expect(faults.map((it) => it.reason)).toEqual([
    expect.stringContaining('any number of levels'),
    expect.stringContaining('a wildcard names no single leaf'),
    expect.stringContaining('a wildcard names no single leaf'),
    expect.stringContaining('the name is empty'),
    'the update has no value',
    expect.stringContaining('unreadable JSON'),
    expect.stringMatching(/"other".*"oc"/),
    expect.stringContaining('target "r2"'),
    'item 1 of the leaf-list has no value',
  ]);
});

test('a prefix that cannot be read makes every item a fault and replaces nothing', () => {
  const { operations, faults } = read({
    atomic: true,
    prefix: path('/a/*'),
    update: [{ path: path('/b'), val: int(1n) }],
  });
  expect(operations).toEqual([]);
  expect(faults.map((it) => it.path)).toEqual(['/a/*', '/a/*/b']);
});
