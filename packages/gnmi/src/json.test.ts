import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonError, parseJson, printJson } from './json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const reprint = (text: string) => new TextDecoder().decode(printJson(parseJson(bytes(text))));

test('what the platform prints comes back byte for byte', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(reprint(text)).toBe(text);
    }),
  );
});

test.each([
  '18446744073709551615',
  '-9223372036854775808',
  '0.10',
  '1e400',
  '123456789012345678901234567890',
])('the number %s keeps every digit', (text) => {
  expect(reprint(text)).toBe(text);
});

test('a member named __proto__ is a member', () => {
  expect(reprint('{"__proto__":1}')).toBe('{"__proto__":1}');
});

test.each(['', '{', '{"a":1,"a":2}', 'nul', '"\u0001"'])('%j is refused as unreadable', (text) => {
  expect(() => parseJson(bytes(text))).toThrow(JsonError);
});

test('bytes that are not UTF-8 are refused', () => {
  expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(JsonError);
});

test('nesting is bounded, brackets in strings do not count', () => {
  expect(() => parseJson(bytes('['.repeat(100_000)))).toThrow('nested deeper than 128 levels');
  expect(() => parseJson(bytes('[[[]]]'), 2)).toThrow(JsonError);
  expect(parseJson(bytes('["[[[[\\"["]'), 1)).toEqual(['[[[["[']);
});
