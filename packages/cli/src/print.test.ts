import { expect, test } from 'vitest';
import { jsonText, tableText } from './print.ts';

test('JSON has every digit of a 64-bit number', () => {
  expect(jsonText({ count: 18_446_744_073_709_551_615n, least: -(2n ** 63n) })).toBe(
    '{"count":18446744073709551615,"least":-9223372036854775808}',
  );
});

test('JSON is on one line, without what is not there, bytes in base64', () => {
  expect(
    jsonText({ text: 'a\nb', none: undefined, nothing: null, bytes: Buffer.from('hi'), list: [1, true] }),
  ).toBe('{"text":"a\\nb","nothing":null,"bytes":"aGk=","list":[1,true]}');
});

test('a table is as wide as its widest cell and leaves nothing behind the last', () => {
  expect(
    tableText(
      ['NAME', 'VALUE'],
      [
        ['a', '1'],
        ['longer', ''],
      ],
    ),
  ).toBe('NAME    VALUE\na       1\nlonger');
});
