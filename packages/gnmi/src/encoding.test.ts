import { Encoding, TypedValue } from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyValue, leafListValue, scalarValue } from './arbitrary.ts';
import { encodeAs, encodingName, UnsupportedEncodingError } from './encoding.ts';
import type { Value } from './value.ts';
import { sameValue } from './value-equality.ts';

const json = (text: string): Value => ({ $case: 'jsonVal', value: new TextEncoder().encode(text) });
const ietf = (text: string): Value => ({ $case: 'jsonIetfVal', value: new TextEncoder().encode(text) });

function textOf(value: Value, encoding: Encoding): string {
  const encoded = encodeAs(value, encoding);
  if (encoded.$case !== 'jsonVal' && encoded.$case !== 'jsonIetfVal') throw new Error(encoded.$case);
  return new TextDecoder().decode(encoded.value);
}

const items = (...values: Value[]): Value => ({
  $case: 'leaflistVal',
  value: { element: values.map((value) => ({ value })) },
});

test('a value in the encoding asked for is not touched', () => {
  const [a, b] = [json('{"n" : 1.0}'), ietf('{"m:n" : "1"}')];
  expect(encodeAs(a, Encoding.JSON)).toBe(a);
  expect(encodeAs(b, Encoding.JSON_IETF)).toBe(b);
});

test('numbers, texts, truths and leaf-lists of them survive JSON and back', () => {
  const kept = scalarValue.filter(
    (it) => it.$case !== 'bytesVal' && (it.$case !== 'doubleVal' || Number.isFinite(it.value)),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        kept,
        fc.array(kept).map((values) => items(...values)),
      ),
      (value) => {
        const back = encodeAs(encodeAs(value, Encoding.JSON), Encoding.PROTO);
        expect(textOf(back, Encoding.JSON)).toBe(textOf(value, Encoding.JSON));
      },
    ),
  );
});

test('every value survives PROTO and the wire', () => {
  fc.assert(
    fc.property(fc.oneof(scalarValue, leafListValue, fc.constant(emptyValue)), (value) => {
      const sent = encodeAs(value, Encoding.PROTO);
      const got = TypedValue.decode(TypedValue.encode({ value: sent }).finish()).value;
      expect(got !== undefined && sameValue(got, value)).toBe(true);
    }),
  );
});

test('every value has a JSON form of either flavour', () => {
  fc.assert(
    fc.property(fc.oneof(scalarValue, leafListValue), (value) => {
      expect(encodeAs(value, Encoding.JSON).$case).toBe('jsonVal');
      expect(encodeAs(value, Encoding.JSON_IETF).$case).toBe('jsonIetfVal');
    }),
  );
});

test.each<[Value, string, string]>([
  [{ $case: 'uintVal', value: 2n ** 64n - 1n }, '18446744073709551615', '"18446744073709551615"'],
  [{ $case: 'intVal', value: -(2n ** 63n) }, '-9223372036854775808', '"-9223372036854775808"'],
  [{ $case: 'intVal', value: -(2n ** 31n) }, '-2147483648', '-2147483648'],
  [{ $case: 'uintVal', value: 2n ** 32n - 1n }, '4294967295', '4294967295'],
  [{ $case: 'uintVal', value: 2n ** 32n }, '4294967296', '"4294967296"'],
  [{ $case: 'doubleVal', value: 1.5 }, '1.5', '"1.5"'],
  [{ $case: 'doubleVal', value: Number.NaN }, '"NaN"', '"NaN"'],
  [{ $case: 'floatVal', value: 0.5 }, '0.5', '"0.5"'],
  [{ $case: 'decimalVal', value: { digits: -5n, precision: 2 } }, '-0.05', '"-0.05"'],
  [{ $case: 'decimalVal', value: { digits: 1230n, precision: 1 } }, '123.0', '"123.0"'],
  [
    { $case: 'decimalVal', value: { digits: 7n, precision: 4_000_000_000 } },
    '7E-4000000000',
    '"7E-4000000000"',
  ],
  [{ $case: 'bytesVal', value: Uint8Array.of(0, 255) }, '"AP8="', '"AP8="'],
  [{ $case: 'protoBytes', value: Uint8Array.of(1) }, '"AQ=="', '"AQ=="'],
  [{ $case: 'asciiVal', value: 'hi' }, '"hi"', '"hi"'],
  [emptyValue, '[null]', '[null]'],
  [
    items({ $case: 'intVal', value: 2n ** 40n }, { $case: 'stringVal', value: 'x' }),
    '[1099511627776,"x"]',
    '["1099511627776","x"]',
  ],
  [
    json('{"a":1.5,"b":null,"c":[null],"d":[4294967296]}'),
    '{"a":1.5,"b":null,"c":[null],"d":[4294967296]}',
    '{"a":"1.5","b":[null],"c":[null],"d":["4294967296"]}',
  ],
  [
    ietf('{"oc:a":{"oc:b":"1"},"c":["oc:x"]}'),
    '{"a":{"b":"1"},"c":["oc:x"]}',
    '{"oc:a":{"oc:b":"1"},"c":["oc:x"]}',
  ],
])('%o is %s in JSON and %s in JSON_IETF', (value, plain, qualified) => {
  expect(textOf(value, Encoding.JSON)).toBe(plain);
  expect(textOf(value, Encoding.JSON_IETF)).toBe(qualified);
});

test.each<[Value, Value]>([
  [json('"x"'), { $case: 'stringVal', value: 'x' }],
  [json('9223372036854775807'), { $case: 'intVal', value: 2n ** 63n - 1n }],
  [json('9223372036854775808'), { $case: 'uintVal', value: 2n ** 63n }],
  [json('18446744073709551616'), { $case: 'doubleVal', value: 2 ** 64 }],
  [json('-9223372036854775809'), { $case: 'doubleVal', value: -(2 ** 63) }],
  [json('1.0'), { $case: 'doubleVal', value: 1 }],
  [ietf('"5"'), { $case: 'stringVal', value: '5' }],
  [ietf('[true,1]'), items({ $case: 'boolVal', value: true }, { $case: 'intVal', value: 1n })],
  [json('[]'), items()],
  [
    { $case: 'asciiVal', value: 'x' },
    { $case: 'stringVal', value: 'x' },
  ],
  [
    { $case: 'floatVal', value: 0.5 },
    { $case: 'doubleVal', value: 0.5 },
  ],
  [
    { $case: 'decimalVal', value: { digits: 15n, precision: 1 } },
    { $case: 'doubleVal', value: 1.5 },
  ],
])('%o is %o in PROTO', (value, native) => {
  expect(encodeAs(value, Encoding.PROTO)).toEqual(native);
});

test.each([json('{"a":1}'), json('[{"a":1}]'), json('[[1]]'), json('null'), emptyValue])(
  '%o has no typed form and stays JSON in PROTO',
  (value) => {
    expect(encodeAs(value, Encoding.PROTO)).toBe(value);
  },
);

test('an encoding that is not served is named', () => {
  const value: Value = { $case: 'boolVal', value: true };
  expect(() => encodeAs(value, Encoding.BYTES)).toThrow(UnsupportedEncodingError);
  expect(() => encodeAs(value, Encoding.ASCII)).toThrow(/encoding ASCII is not supported/);
  expect(encodingName(42 as Encoding)).toBe('42');
});

test.each<[Value, Value, boolean]>([
  [json('5'), { $case: 'uintVal', value: 5n }, true],
  [{ $case: 'intVal', value: 5n }, { $case: 'uintVal', value: 5n }, true],
  [json('{"a":1,"b":[2]}'), ietf('{ "b": [2], "a": 1 }'), true],
  [json('{"a":1}'), json('{"b":1}'), false],
  [json('[{"a":1}]'), json('[{"a":1},{"a":1}]'), false],
  [items({ $case: 'intVal', value: 1n }), json('[1]'), true],
  [items({ $case: 'intVal', value: 1n }, { $case: 'intVal', value: 2n }), json('[2,1]'), false],
  [{ $case: 'stringVal', value: '5' }, json('5'), false],
  [{ $case: 'doubleVal', value: Number.NaN }, { $case: 'doubleVal', value: Number.NaN }, true],
  [{ $case: 'floatVal', value: 0.5 }, { $case: 'decimalVal', value: { digits: 5n, precision: 1 } }, true],
  [{ $case: 'bytesVal', value: Uint8Array.of(1) }, { $case: 'protoBytes', value: Uint8Array.of(1) }, false],
  [
    { $case: 'anyVal', value: { typeUrl: 't', value: Uint8Array.of(1) } },
    { $case: 'anyVal', value: { typeUrl: 't', value: Uint8Array.of(1) } },
    true,
  ],
])('%o and %o say the same: %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same);
  expect(sameValue(b, a)).toBe(same);
});
