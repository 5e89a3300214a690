import * as gnmi from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text, wildPath } from './arbitrary.ts';
import { PathError, pathElem, pathOf, rootPath } from './path.ts';
import { absolutePath, describeProto, fromProto, toProto } from './path-proto.ts';

test('every path survives the message', () => {
  fc.assert(
    fc.property(wildPath, text, (path, target) => {
      const whole = { ...path, target };
      expect(fromProto(toProto(whole))).toEqual(whole);
    }),
  );
});

test('every path survives the wire', () => {
  fc.assert(
    fc.property(wildPath, (path) => {
      expect(fromProto(gnmi.Path.decode(gnmi.Path.encode(toProto(path)).finish()))).toEqual(path);
    }),
  );
});

test('no path is the root', () => {
  expect(fromProto(undefined)).toEqual(rootPath);
});

test('the old element form counts only without elems', () => {
  const old = { ...toProto(rootPath), element: ['interfaces', 'interface[name=a/b]'] };
  expect(fromProto(old)).toEqual(pathOf([pathElem('interfaces'), pathElem('interface', [['name', 'a/b']])]));
  expect(fromProto({ ...old, elem: [{ name: 'x', key: {} }] })).toEqual(pathOf([pathElem('x')]));
});

test('an empty name and an unreadable old element are refused by value', () => {
  expect(() => fromProto({ ...toProto(rootPath), elem: [{ name: '', key: {} }] })).toThrow(PathError);
  expect(() => fromProto({ ...toProto(rootPath), element: ['a[b'] })).toThrow('element "a[b"');
});

test('prefix and path are joined under the rules of concat', () => {
  const prefix = toProto({ ...pathOf([pathElem('a')], 'x'), target: 'r1' });
  expect(absolutePath(prefix, undefined)).toEqual({ origin: 'x', target: 'r1', elems: [pathElem('a')] });
  expect(() => absolutePath(prefix, toProto(pathOf([], 'y')))).toThrow(PathError);
});

test('a path that is not valid can still be described', () => {
  const broken = { ...toProto(rootPath), elem: [{ name: '', key: { k: '1' } }] };
  expect(describeProto(toProto(pathOf([pathElem('a')])), broken)).toBe('/a/[k=1]');
});
