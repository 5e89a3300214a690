import { expect, test } from 'vitest';
import { type ExpandRules, expandValue } from './json-expand.ts';
import { parsePath, printPath } from './path-text.ts';
import type { Value } from './value.ts';

const json = (text: string): Value => ({ $case: 'jsonVal', value: new TextEncoder().encode(text) });
const ietf = (text: string): Value => ({ $case: 'jsonIetfVal', value: new TextEncoder().encode(text) });

/** Leaves as `path=text`, JSON_IETF marked, and faults. */
function expand(path: string, value: Value, rules?: ExpandRules) {
  const { leaves, faults } = expandValue(parsePath(path), value, rules);
  return {
    leaves: leaves.map(({ path: at, value: it }) => {
      if (it.$case === 'jsonVal') return `${printPath(at)}=${new TextDecoder().decode(it.value)}`;
      if (it.$case === 'jsonIetfVal') return `${printPath(at)}~${new TextDecoder().decode(it.value)}`;
      return `${printPath(at)}:${it.$case}`;
    }),
    faults,
  };
}

test('containers expand and leaves keep their flavour and their digits', () => {
  expect(expand('/a', json('{"b":{"c":18446744073709551615,"d":"x"},"e":1.50}'))).toEqual({
    leaves: ['/a/b/c=18446744073709551615', '/a/b/d="x"', '/a/e=1.50'],
    faults: [],
  });
  expect(expand('/', ietf('{"oc-sys:system":{"config":{"oc-sys:hostname":"r1"}}}')).leaves).toEqual([
    '/system/config/hostname~"r1"',
  ]);
});

test('empty leaves, leaf-lists and values that are not JSON are leaves', () => {
  expect(expand('/a', json('{"e":[null],"l":[1,2],"n":[],"o":{}}')).leaves).toEqual([
    '/a/e=[null]',
    '/a/l=[1,2]',
    '/a/n=[]',
  ]);
  expect(expand('/a', { $case: 'uintVal', value: 1n }).leaves).toEqual(['/a:uintVal']);
});

test('an array of objects stays one leaf when no schema names its keys', () => {
  expect(expand('/a', json('{"list":[{"k":1},{"k":2}],"mixed":[1,[2]]}')).leaves).toEqual([
    '/a/list=[{"k":1},{"k":2}]',
    '/a/mixed=[1,[2]]',
  ]);
});

test('an array of objects expands by the keys a schema names, key leaves included', () => {
  const rules: ExpandRules = {
    maxDepth: 64,
    listKeys: (list) => (printPath(list) === '/a/list' ? ['id', 'up'] : undefined),
  };
  expect(
    expand('/a', ietf('{"list":[{"m:id":7,"up":true,"mtu":1},{"id":8},{"id":"\\ud800","up":1}]}'), rules),
  ).toEqual({
    leaves: ['/a/list[id=7][up=true]/id~7', '/a/list[id=7][up=true]/up~true', '/a/list[id=7][up=true]/mtu~1'],
    faults: [
      { path: '/a/list', reason: 'entry 1 is not an object with the keys id, up' },
      { path: '/a/list', reason: 'entry 2 is not an object with the keys id, up' },
    ],
  });
});

test('a member that cannot be a leaf is a fault and takes nothing with it', () => {
  expect(expand('/a', json('{"":1,"m:":2,"x:b":3,"y:b":4,"c":5,"\\ud800":6}'))).toEqual({
    leaves: ['/a/b=3', '/a/c=5'],
    faults: [
      { path: '/a', reason: 'the member name "" is no name of an element' },
      { path: '/a', reason: 'the member name "m:" is no name of an element' },
      { path: '/a/b', reason: 'a second member of this name, "y:b"' },
      { path: '/a', reason: 'the member name "\\ud800" is no name of an element' },
    ],
  });
});

test('what lies below the bound is a fault, what lies at it a leaf', () => {
  const value = json('{"b":{"c":1,"d":{"e":2}}}');
  expect(expand('/a', value, { maxDepth: 3 })).toEqual({
    leaves: ['/a/b/c=1'],
    faults: [{ path: '/a/b/d/e', reason: 'deeper than 3 levels' }],
  });
  expect(expand('/a/b/c/d', json('1'), { maxDepth: 3 }).faults).toHaveLength(1);
});

test('a key leaf must repeat the key of the path, an identity with or without its module', () => {
  expect(expand('/if[name=eth0]', json('{"name":"eth1","mtu":9}'))).toEqual({
    leaves: ['/if[name=eth0]/mtu=9'],
    faults: [{ path: '/if[name=eth0]/name', reason: 'differs from the key "eth0" in the path' }],
  });
  expect(expand('/p[id=ISIS]', json('{"id":"oc-pol:ISIS"}')).faults).toEqual([]);
  expect(expand('/p[ip=2001:db8::1]', json('{"ip":"3001:db8::1"}')).faults).toHaveLength(1);
});

test('unreadable JSON and a leaf at the root are faults', () => {
  expect(expand('/a', json('{')).faults[0]?.reason).toContain('unreadable JSON');
  expect(expand('/', json('1')).faults[0]?.reason).toContain('the root is a branch');
});
