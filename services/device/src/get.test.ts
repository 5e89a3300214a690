import { parseGet } from '@syncline/gnmi/get-request.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import {
  GetRequest_DataType as DataType,
  Encoding,
  GetRequest,
  type GetRequest_DataType,
} from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { get } from './get.ts';
import { hostModels, scopeOf } from './models.ts';
import { sets } from './subscriber.fixture.ts';
import { Tree } from './tree.ts';

const treeOf = (leaves: Readonly<Record<string, number | string>>) => {
  const tree = new Tree();
  tree.apply(sets(leaves), { timestamp: 0n, traceparent: undefined });
  return tree;
};

const tree = treeOf({
  '/interfaces/interface[name=eth0]/config/mtu': 1500,
  '/interfaces/interface[name=eth0]/state/mtu': 1500,
  '/interfaces/interface[name=eth1]/state/mtu': 9000,
  '/system/state/hostname': 'leaf-1',
});

interface Asked {
  readonly encoding?: Encoding;
  readonly type?: GetRequest_DataType;
  readonly models?: readonly string[];
  readonly depth?: number;
  readonly maxLeaves?: number;
}

const read = (paths: readonly string[], asked: Asked = {}) => {
  const request = GetRequest.fromPartial({
    path: paths.map((path) => toProto(parsePath(path))),
    encoding: asked.encoding ?? Encoding.JSON,
    type: asked.type ?? DataType.ALL,
    useModels: (asked.models ?? []).map((name) => ({ name })),
    extension: asked.depth === undefined ? [] : [{ ext: { $case: 'depth', value: { level: asked.depth } } }],
  });
  const models = new Set(hostModels.map(({ name }) => name));
  const plan = parseGet(request, { maxPaths: 10, models });
  const bounds = { scope: scopeOf(hostModels, plan.models), maxLeaves: asked.maxLeaves ?? 100 };
  return get(tree, plan, bounds).map((found) =>
    found.map(({ path, value }) => {
      const text =
        value.value instanceof Uint8Array
          ? Buffer.from(value.value).toString()
          : String(value.value as bigint);
      return `${printPath(path)} ${value.$case} ${text}`;
    }),
  );
};

test('a branch is one JSON object, a leaf its bare value', () => {
  expect(read(['/interfaces/interface[name=eth0]', '/system/state/hostname'])).toEqual([
    ['/interfaces/interface[name=eth0] jsonVal {"config":{"mtu":1500},"state":{"mtu":1500}}'],
    ['/system/state/hostname jsonVal "leaf-1"'],
  ]);
});

test('the whole tree is one object, its lists arrays with their keys', () => {
  expect(read(['/'])).toEqual([
    [
      '/ jsonVal {"interfaces":{"interface":[{"config":{"mtu":1500},"name":"eth0","state":{"mtu":1500}},{"name":"eth1","state":{"mtu":9000}}]},"system":{"state":{"hostname":"leaf-1"}}}',
    ],
  ]);
});

test('a wildcard gives an item for each place that matches, in one answer', () => {
  expect(read(['/interfaces/interface[name=*]/state'])).toEqual([
    [
      '/interfaces/interface[name=eth0]/state jsonVal {"mtu":1500}',
      '/interfaces/interface[name=eth1]/state jsonVal {"mtu":9000}',
    ],
  ]);
  expect(read(['/interfaces/interface/state'])).toEqual(read(['/interfaces/interface[name=*]/state']));
});

test('PROTO gives leaves with typed values', () => {
  expect(read(['/interfaces/interface[name=eth1]'], { encoding: Encoding.PROTO })).toEqual([
    ['/interfaces/interface[name=eth1]/state/mtu uintVal 9000'],
  ]);
});

test('a type of data leaves out what is of another', () => {
  const path = '/interfaces/interface[name=eth0]';
  expect(read([path], { type: DataType.CONFIG })).toEqual([[`${path} jsonVal {"config":{"mtu":1500}}`]]);
  expect(read([path], { type: DataType.STATE })).toEqual([[`${path} jsonVal {"state":{"mtu":1500}}`]]);
  expect(read(['/system'], { type: DataType.CONFIG })).toEqual([[]]);
});

test('use_models narrows the answer to what the models cover', () => {
  expect(read(['/'], { models: ['openconfig-system'] })).toEqual([
    ['/ jsonVal {"system":{"state":{"hostname":"leaf-1"}}}'],
  ]);
  expect(() => read(['/'], { models: ['acme'] })).toThrow(/acme/);
});

test('a depth ends the answer at its level', () => {
  expect(read(['/system/state'], { depth: 1 })).toEqual([['/system/state jsonVal {"hostname":"leaf-1"}']]);
  expect(read(['/system'], { depth: 1, encoding: Encoding.PROTO })).toEqual([[]]);
});

test('a path where nothing is, is NOT_FOUND; an empty tree is not', () => {
  expect(() => read(['/system', '/nope'])).toThrow(/path\[1\].*\/nope/);
  const empty = parseGet(GetRequest.fromPartial({}), { maxPaths: 1, models: new Set() });
  expect(get(new Tree(), empty, { scope: () => true, maxLeaves: 1 })).toEqual([[]]);
});

test('an answer of too many leaves is refused, not cut', () => {
  expect(() => read(['/system', '/interfaces'], { maxLeaves: 3 })).toThrow(/path\[1\].*more than 3 leaves/);
});
