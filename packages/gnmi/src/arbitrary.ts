// Generators for property tests, here and in the services: paths and values as wild as the wire allows them.
// Names draw from a small alphabet half of the time, so that two random paths do share prefixes.

import fc from 'fast-check';
import { type Path, type PathElem, pathElem, pathOf } from './path.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 6 });
const trickyText = fc.string({
  unit: fc.constantFrom('a', ']', '[', '/', '\\', '=', '*', ':', '\n', '\r', 'u', '.'),
  maxLength: 5,
});

/** Any well-formed text: plain, full of the characters that paths escape, or of any code points. */
export const text = fc.oneof(fc.constantFrom('a', 'b', 'c', ''), trickyText, anyText);

/** Text that may stand as a name. */
export const name = text.filter((it) => it !== '');

/** An element with up to three keys, of any names and values. */
export const wildElem: fc.Arbitrary<PathElem> = fc
  .tuple(name, fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 3 }))
  .map(([it, keys]) => pathElem(it, keys));

/** A path of any names, keys and origin, of no target. */
export const wildPath: fc.Arbitrary<Path> = fc
  .tuple(fc.array(wildElem, { maxLength: 5 }), fc.oneof(fc.constant(''), name))
  .map(([elems, origin]) => pathOf(elems, origin));

const smallName = fc.constantFrom('a', 'b', 'c');
const smallKeys = fc.uniqueArray(fc.tuple(fc.constantFrom('k', 'l'), fc.constantFrom('1', '2')), {
  selector: ([key]) => key,
  maxLength: 2,
});

/** A concrete path from a space so small that paths meet. */
export const concretePath: fc.Arbitrary<Path> = fc
  .tuple(
    fc.array(
      fc.tuple(smallName, smallKeys).map(([it, keys]) => pathElem(it, keys)),
      { maxLength: 5 },
    ),
    fc.constantFrom('', '', '', 'other'),
  )
  .map(([elems, origin]) => pathOf(elems, origin));
