import { comparePaths, type PathElem, pathElem, pathOf } from '@syncline/gnmi/path.ts';
import * as gnmi from '@syncline/proto/gnmi.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePath, ElemRanges, encodePath, scanCanonical } from './path-wire.ts';

const word = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom('[', ']', '/', '\\', 'a=b', '*', '__proto__'),
);
const elem: fc.Arbitrary<PathElem> = fc
  .tuple(word, fc.uniqueArray(fc.tuple(word, word), { selector: ([key]) => key, maxLength: 3 }))
  .map(([name, keys]) => pathElem(name, keys));
const path = fc
  .tuple(fc.array(elem, { maxLength: 6 }), fc.constantFrom('', '', 'cli'))
  .map(([elems, origin]) => pathOf(elems, origin));

test('a path comes back from its bytes as it was', () => {
  fc.assert(fc.property(path, (p) => comparePaths(decodePath(encodePath(p)), p) === 0));
});

test('canonical bytes are what the published encoding gives for sorted keys', () => {
  fc.assert(
    fc.property(path, (p) => {
      fc.pre(p.elems.every((e) => e.keys.every(([key]) => key !== '__proto__')));
      const message = {
        ...gnmi.Path.create(),
        origin: p.origin,
        elem: p.elems.map((e) => ({ name: e.name, key: Object.fromEntries(e.keys) })),
      };
      // An integer-like key name is moved to the front by JavaScript objects: compare what decodes, not bytes.
      return comparePaths(decodePath(gnmi.Path.encode(message).finish()), p) === 0;
    }),
  );
});

test('the quick scan takes only paths that are their own canonical form', () => {
  const ranges = new ElemRanges();
  fc.assert(
    fc.property(path, (p) => {
      const bytes = encodePath(p);
      if (!scanCanonical(bytes, 0, bytes.length, ranges)) return true;
      return ranges.count === p.elems.length && Buffer.compare(encodePath(decodePath(bytes)), bytes) === 0;
    }),
  );
  const plain = encodePath(pathOf([pathElem('interfaces'), pathElem('interface', [['name', 'eth0']])]));
  expect(scanCanonical(plain, 0, plain.length, ranges)).toBe(true);
});

test('cut bytes are refused and never read beyond their end', () => {
  const bytes = encodePath(pathOf([pathElem('interface', [['name', 'eth0']])]));
  for (let end = 1; end < bytes.length; end++) {
    expect(() => decodePath(bytes.subarray(0, end)), `cut at ${end}`).toThrow(WireError);
  }
});

test('the pre-0.4 element list counts only without elem', () => {
  const old = gnmi.Path.encode({ ...gnmi.Path.create(), element: ['a', 'b'] }).finish();
  expect(decodePath(old).elems.map((e) => e.name)).toEqual(['a', 'b']);
});

test.for<[field: string, bytes: Uint8Array]>([
  ['path.origin', Uint8Array.of(0x12, 1, 0xff)],
  ['path.target', Uint8Array.of(0x22, 1, 0xff)],
  ['path.element', Uint8Array.of(0x0a, 1, 0xff)],
  ['path.elem.name', Uint8Array.of(0x1a, 3, 0x0a, 1, 0xff)],
  ['path.elem.key', Uint8Array.of(0x1a, 8, 0x0a, 1, 0x61, 0x12, 3, 0x0a, 1, 0xff)],
])('a %s that is not UTF-8 is refused under its name', ([field, bytes]) => {
  expect(() => decodePath(bytes)).toThrow(`${field}: is not UTF-8`);
});
