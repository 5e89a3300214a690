import { Encoding, SetRequest } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { toProto } from './path-proto.ts';
import { parsePath, printPath } from './path-text.ts';
import { parseSet } from './set-request.ts';

const limits = { maxPaths: 4, models: new Set<string>() };
const path = (text: string) => toProto(parsePath(text));
const val = { value: { $case: 'intVal' as const, value: 1n } };
const set = (request: Parameters<typeof SetRequest.fromPartial>[0]) =>
  parseSet(SetRequest.fromPartial(request), limits);

test('operations come in their order of effect, each list in its own', () => {
  const plan = set({
    prefix: { ...path('/p'), target: 'r1' },
    update: [
      { path: path('/u'), val },
      { path: path('/u'), val },
    ],
    replace: [{ path: path('/r'), value: { type: Encoding.JSON, value: new TextEncoder().encode('1') } }],
    delete: [path('/d[k=*]')],
  });
  expect(plan.target).toBe('r1');
  expect(plan.operations.map((it) => `${it.kind} ${printPath(it.path)}`)).toEqual([
    'delete /p/d[k=*]',
    'replace /p/r',
    'update /p/u',
    'update /p/u',
  ]);
  expect(plan.operations[1]).toMatchObject({ value: { $case: 'jsonVal' } });
});

test('a request without operations is a plan, with its extensions', () => {
  const commit = { id: 'c1', action: { $case: 'confirm' as const, value: {} } };
  const plan = set({ extension: [{ ext: { $case: 'commit', value: commit } }] });
  expect(plan).toMatchObject({ operations: [], commit, masterArbitration: undefined });
});

test.each([
  [{ update: [{ path: path('/a[k=*]'), val }] }, 'update[0].path', '/a[k=*]'],
  [{ replace: [{ path: path('/...'), val }] }, 'replace[0].path', '/...'],
  [{ update: [{ path: path('/a'), val }, { path: path('/b') }] }, 'update[1].val', ''],
  [{ delete: [{ elem: [{ name: '' }] }] }, 'delete[0].element', ''],
  [{ delete: [{}, {}, {}, {}, {}] }, 'delete, replace, update and union_replace', '5'],
  [{ delete: [{}], unionReplace: [{ path: path('/a'), val }] }, 'union_replace', ''],
  [{ extension: [{ ext: { $case: 'depth' as const, value: { level: 1 } } }] }, 'extension.depth', '1'],
])('%o is refused because of %s %s', (request, field, value) => {
  expect(() => set(request)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', field, value }) as unknown as Error,
  );
});

test('a union_replace stands alone', () => {
  const { operations } = set({ unionReplace: [{ path: path('/'), val }] });
  expect(operations).toEqual([{ kind: 'union_replace', path: parsePath('/'), value: val.value }]);
});
