import { Encoding, GetRequest, GetRequest_DataType } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { readExtensions, refuseDepth } from './extension.ts';
import { parseGet } from './get-request.ts';
import { toProto } from './path-proto.ts';
import { parsePath, printPath } from './path-text.ts';

const limits = { maxPaths: 2, models: new Set(['openconfig-interfaces']) };
const path = (text: string) => toProto(parsePath(text));
const get = (request: Parameters<typeof GetRequest.fromPartial>[0]) =>
  parseGet(GetRequest.fromPartial(request), limits);

test('no path is one path: the prefix, or the root', () => {
  expect(get({}).paths.map((it) => printPath(it.path))).toEqual(['/']);
  const plan = get({ prefix: { ...path('/a'), target: 'r1' } });
  expect(plan.target).toBe('r1');
  expect(plan.paths.map((it) => printPath(it.path))).toEqual(['/a']);
});

test('paths keep their order, types and encodings are carried over', () => {
  const plan = get({
    path: [path('/b'), path('openconfig:/a[k=*]')],
    type: GetRequest_DataType.CONFIG,
    encoding: Encoding.PROTO,
    useModels: [{ name: 'openconfig-interfaces' }],
    extension: [{ ext: { $case: 'depth', value: { level: 1 } } }],
  });
  expect(plan.paths.map((it) => printPath(it.path))).toEqual(['/b', '/a[k=*]']);
  expect(plan).toMatchObject({ type: 1, encoding: 2, depth: 1, models: ['openconfig-interfaces'] });
});

test.each([
  [{ path: [{}, {}, {}] }, 'INVALID_ARGUMENT', 'path', '3'],
  [{ type: 9 as GetRequest_DataType }, 'INVALID_ARGUMENT', 'type', '9'],
  [{ encoding: Encoding.ASCII }, 'UNIMPLEMENTED', 'encoding', 'ASCII'],
  [{ useModels: [{ name: 'x' }] }, 'INVALID_ARGUMENT', 'use_models', 'x'],
  [{ path: [{}, { elem: [{ name: '' }] }] }, 'INVALID_ARGUMENT', 'path[1].element', ''],
])('%o is refused as %s of %s %s', (request, code, field, value) => {
  expect(() => get(request)).toThrow(expect.objectContaining({ code, field, value }) as unknown as Error);
});

test('an RPC that reads nothing refuses a depth', () => {
  const extensions = readExtensions([{ ext: { $case: 'depth', value: { level: 0 } } }]);
  expect(() => refuseDepth(extensions, 'Capabilities')).toThrow(
    'extension.depth "0": Capabilities cannot carry it',
  );
  expect(() => refuseDepth(readExtensions([]), 'Set')).not.toThrow();
});
