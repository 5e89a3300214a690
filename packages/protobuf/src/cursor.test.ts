import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyUint64 } from './arbitrary.ts';
import { ByteWriter } from './byte-writer.ts';
import { Cursor } from './cursor.ts';
import { WireError } from './wire-error.ts';

function cursorOver(...bytes: number[]): Cursor {
  return new Cursor().over(Uint8Array.from(bytes), 0, bytes.length);
}

test('every uint64 is read as it was written, in as many bytes as protobuf takes', () => {
  fc.assert(
    fc.property(anyUint64, (value) => {
      const out = new ByteWriter(0);
      out.varint(Number(value & 0xffff_ffffn), Number(value >> 32n));
      const cursor = new Cursor().over(out.bytes, 0, out.length);
      cursor.number('n');
      expect((BigInt(cursor.hi) << 32n) | BigInt(cursor.lo)).toBe(value);
      expect(cursor.at).toBe(out.length);
      expect(out.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
    }),
  );
});

test('a number that is cut short or has more than ten bytes is malformed, read or passed over', () => {
  const long = Array.from({ length: 11 }, () => 0xff);
  for (let bytes = 0; bytes <= 10; bytes++) {
    expect(() => cursorOver(...long.slice(0, bytes)).number('n')).toThrow(WireError);
    expect(() => cursorOver(...long.slice(0, bytes)).skip(0x08, 'm')).toThrow(WireError);
  }
  expect(() => cursorOver(...long.slice(0, 10), 1).number('n')).toThrow(WireError);
  expect(() => cursorOver(...long).number('n')).toThrow('n: a number has more than 10 bytes');
  expect(() => cursorOver(...long).skip(0x08, 'm')).toThrow('m: a number has more than 10 bytes');
});

test('a number beyond 2^53 - 1 is no index', () => {
  const cursor = cursorOver(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10);
  expect(() => cursor.safeInteger(0x08, 'start_index')).toThrow(
    'start_index: 9007199254740992 is beyond 2^53 - 1',
  );
});

test('content that reaches beyond the end names its field and both lengths', () => {
  expect(() => cursorOver(5, 1, 2).content(0x12, 'region.start_key')).toThrow(
    'region.start_key: 5 bytes announced, 2 follow',
  );
  expect(() => cursorOver(3, 1, 2).content(0x12, 'k')).toThrow('k: 3 bytes announced, 2 follow');
  expect(() => cursorOver().content(0x12, 'k')).toThrow(WireError);
  expect(() =>
    cursorOver(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01).content(0x12, 'k'),
  ).toThrow(WireError);
});

test('a field of another wire type is malformed', () => {
  expect(() => cursorOver(1).varint(0x0a, 'region.id')).toThrow('region.id: field 1 has the wire type 2');
  expect(() => cursorOver(0).content(0x10, 'k')).toThrow('k: field 2 has the wire type 0');
});

test('unknown fields of every wire type but groups are passed over', () => {
  const cursor = cursorOver(
    0x81,
    0x01,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0x85,
    0x01,
    1,
    2,
    3,
    4,
    0x82,
    0x01,
    1,
    9,
    0x08,
    3,
  );
  for (let i = 0; i < 3; i++) cursor.skip(cursor.tag('m'), 'm');
  expect([cursor.start, cursor.stop]).toEqual([19, 20]);
  expect(cursor.tag('m')).toBe(0x08);
  expect(() => cursorOver().skip(0x0b, 'm')).toThrow('m: field 1 has the wire type 3');
  expect(() => cursorOver(1, 2, 3).skip(0x0d, 'm')).toThrow('m: the bytes end inside a field');
  expect(() => cursorOver(1, 2, 3).skip(0x09, 'm')).toThrow('m: the bytes end inside a field');
});

test('a tag without a field number, or beyond 32 bits, is malformed', () => {
  expect(() => cursorOver(0x02).tag('m')).toThrow('m: a field has no valid number');
  expect(() => cursorOver(0x8a, 0x80, 0x80, 0x80, 0x80, 0x01).tag('m')).toThrow(WireError);
  expect(() => cursorOver().tag('m')).toThrow(WireError);
});
