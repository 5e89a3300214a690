import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concretePath, wildPath } from './arbitrary.ts';
import { compareBytewise } from './byte-order.ts';
import {
  canonicalOrigin,
  comparePaths,
  concat,
  equalPaths,
  isPrefixOf,
  keyValue,
  PathError,
  pathElem,
  pathOf,
  rootPath,
} from './path.ts';

test('the byte order of strings is that of their UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareBytewise(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('an element sorts its keys by name in byte order', () => {
  const elem = pathElem('route', [
    ['\u{10000}', 'x'],
    ['\uffff', 'y'],
    ['a', 'z'],
  ]);
  expect(elem.keys.map(([key]) => key)).toEqual(['a', '\uffff', '\u{10000}']);
  expect(keyValue(elem, '\uffff')).toBe('y');
  expect(keyValue(elem, 'b')).toBeUndefined();
});

test('an element without a name, with a nameless key or with a key given twice is refused by name', () => {
  expect(() => pathElem('')).toThrow(PathError);
  expect(() => pathElem('a', [['', '1']])).toThrow('element "a": it has a key without a name');
  expect(() =>
    pathElem('a', [
      ['k', '1'],
      ['k', '2'],
    ]),
  ).toThrow('element "a": the key "k" is given twice');
});

test('joining takes the origin from prefix or path and the target from the prefix', () => {
  const prefix = { ...pathOf([pathElem('a')]), target: 'r1' };
  expect(concat(prefix, pathOf([pathElem('b')], 'cli'))).toEqual({
    origin: 'cli',
    target: 'r1',
    elems: [pathElem('a'), pathElem('b')],
  });
});

test('an origin in both prefix and path is refused, both named, even when they agree', () => {
  expect(() => concat(pathOf([], 'x'), pathOf([], 'y'))).toThrow(/"y".*"x"/);
  expect(() => concat(pathOf([], 'x'), pathOf([], 'x'))).toThrow(PathError);
});

test('a target in the path is refused', () => {
  expect(() => concat(rootPath, { ...rootPath, target: 'r2' })).toThrow('target "r2"');
});

test('no origin, openconfig and the name of a known model are one origin', () => {
  const models = new Set(['openconfig-interfaces']);
  expect(
    ['', 'openconfig', 'openconfig-interfaces'].map((origin) => canonicalOrigin(origin, models)),
  ).toEqual(['', '', '']);
  expect(canonicalOrigin('cli', models)).toBe('cli');
  expect(canonicalOrigin('openconfig-interfaces')).toBe('openconfig-interfaces');
});

test('the order of paths is total and agrees with equality', () => {
  fc.assert(
    fc.property(wildPath, wildPath, wildPath, (a, b, c) => {
      expect(Math.sign(comparePaths(a, b))).toBe(-Math.sign(comparePaths(b, a)) + 0);
      expect(comparePaths(a, b) === 0).toBe(equalPaths(a, b));
      const [x, y, z] = [a, b, c].sort(comparePaths);
      if (x !== undefined && y !== undefined && z !== undefined) {
        expect(comparePaths(x, y)).toBeLessThanOrEqual(0);
        expect(comparePaths(x, z)).toBeLessThanOrEqual(0);
      }
    }),
  );
});

test('a path is a prefix of another exactly when the other starts with its elements', () => {
  fc.assert(
    fc.property(concretePath, concretePath, (a, b) => {
      const start = { ...b, elems: b.elems.slice(0, a.elems.length) };
      expect(isPrefixOf(a, b)).toBe(a.elems.length <= b.elems.length && comparePaths(a, start) === 0);
      expect(isPrefixOf(a, { ...a, elems: [...a.elems, ...b.elems] })).toBe(true);
    }),
  );
});
