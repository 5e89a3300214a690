// Generators for property tests, here and in the services: paths and values as wild as the wire allows them.
// Names draw from a small alphabet half of the time, so that two random paths do share prefixes.

import fc from 'fast-check';
import { printJson } from './json.ts';
import { type Path, type PathElem, pathElem, pathOf } from './path.ts';
import type { Value } from './value.ts';

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

const patternKeys = fc.uniqueArray(fc.tuple(fc.constantFrom('k', 'l'), fc.constantFrom('1', '2', '*')), {
  selector: ([key]) => key,
  maxLength: 2,
});

/** A request path over the space of `concretePath`, with wildcards of all kinds. */
export const requestPath: fc.Arbitrary<Path> = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom('a', 'b', 'c', '*'), patternKeys).map(([it, keys]) => pathElem(it, keys)),
        fc.constant(pathElem('...')),
      ),
      { maxLength: 5 },
    ),
    fc.constantFrom('', '', '', 'other'),
  )
  .map(([elems, origin]) => pathOf(elems, origin));

const bytes = fc.uint8Array({ maxLength: 12 });
const int64 = fc.oneof(
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const uint64 = fc.oneof(fc.constantFrom(2n ** 64n - 1n, 2n ** 63n), fc.bigInt(0n, 2n ** 64n - 1n));

/** A value of one scalar member of TypedValue that PROTO encoding sends. */
export const scalarValue: fc.Arbitrary<Value> = fc.oneof(
  text.map((value): Value => ({ $case: 'stringVal', value })),
  int64.map((value): Value => ({ $case: 'intVal', value })),
  uint64.map((value): Value => ({ $case: 'uintVal', value })),
  fc.boolean().map((value): Value => ({ $case: 'boolVal', value })),
  bytes.map((value): Value => ({ $case: 'bytesVal', value })),
  fc.double().map((value): Value => ({ $case: 'doubleVal', value })),
);

/** A leaf-list of any scalars, not necessarily of one type. */
export const leafListValue: fc.Arbitrary<Value> = fc
  .array(scalarValue, { maxLength: 4 })
  .map((items): Value => ({ $case: 'leaflistVal', value: { element: items.map((value) => ({ value })) } }));

/** The empty leaf, as JSON writes it. */
export const emptyValue: Value = { $case: 'jsonIetfVal', value: printJson([null]) };
