import { leafListValue, scalarValue } from '@syncline/gnmi/arbitrary.ts';
import { TypedValue } from '@syncline/proto/gnmi.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkValue } from './typed-value-check.ts';

/** A length-delimited field of less than 128 bytes. */
function field(tag: number, ...content: (Uint8Array | number)[]): Uint8Array {
  const body = Buffer.concat(content.map((it) => (typeof it === 'number' ? Buffer.of(it) : it)));
  return Buffer.concat([Buffer.of(tag, body.length), body]);
}

const check = (bytes: Uint8Array) => checkValue(bytes, 0, bytes.length);

/** The reason for which the bytes are no value. */
function fault(bytes: Uint8Array): string {
  try {
    const found = check(bytes);
    return typeof found === 'object' ? found.fault : `it is taken for a value: ${found}`;
  } catch (error) {
    if (error instanceof WireError) return error.message;
    throw error;
  }
}

const text = field(0x0a, Buffer.from('x'));

test('every value that a device can mean is a leaf', () => {
  fc.assert(
    fc.property(
      fc.oneof(scalarValue, leafListValue),
      (value) => check(TypedValue.encode({ value }).finish()) === 'leaf',
    ),
  );
});

test('a JSON object is a subtree, whatever stands before its brace', () => {
  expect(check(field(0x52, Buffer.from(' \n{"a":1}')))).toBe('object');
});

test.for<[string, Uint8Array, string]>([
  ['no value', Buffer.of(), 'the update has no value'],
  ['two members', Buffer.concat([text, text]), 'the value has more than one member'],
  ['a member of a later gNMI', Buffer.of(0x78, 1), 'a value of the unknown kind 15'],
  ['text that is not UTF-8', field(0x0a, 0xff), 'the text is not UTF-8'],
  ['JSON that is cut', field(0x52, Buffer.from('[1,')), 'unreadable JSON'],
  ['a leaf-list that is cut', field(0x42, 0x0a, 0x7f), 'val.leaflist_val: 127 bytes announced, 0 follow'],
  ['an item that is cut', field(0x42, field(0x0a, 0x0a, 0x7f)), 'val: 127 bytes announced, 0 follow'],
  ['an item without a value', field(0x42, field(0x0a)), 'item 0 of the leaf-list has no value'],
  ['an item that is not UTF-8', field(0x42, field(0x0a, field(0x0a, 0xff))), 'the text is not UTF-8'],
  ['an item of unreadable JSON', field(0x42, field(0x0a, field(0x52, 0x22))), 'unreadable JSON'],
  [
    'an item that is an object',
    field(0x42, field(0x0a, field(0x52, 0x7b, 0x7d))),
    'item 0 of the leaf-list is',
  ],
  [
    'a leaf-list in a leaf-list',
    field(0x42, field(0x0a, field(0x42, field(0x0a, text)))),
    'an item of a leaf-list',
  ],
  ['a decimal that is cut', field(0x3a, 0x08, 0xff), 'val.decimal_val: the bytes end inside a number'],
  ['a group', field(0x3a, 0x0b, 0x0c), 'val.decimal_val: field 1 has the wire type 3'],
  ['a field without a number', field(0x3a, 0x00, 0x00), 'val.decimal_val: a field has no valid number'],
  ['an Any whose type is not UTF-8', field(0x4a, 0x0a, 0x01, 0xff), 'the type of the value is not UTF-8'],
])('%s is refused: it could not be shown', ([, bytes, reason]) => {
  expect(fault(bytes)).toContain(reason);
});
