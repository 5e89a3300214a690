import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyHex, keyText, readKey } from './key-text.ts';

const bytes = (key: Uint8Array) => [...key];

test.each([
  ['', []],
  ['ab c', [0x61, 0x62, 0x20, 0x63]],
  ['t\\x80\\x00', [0x74, 0x80, 0]],
  ['a\\\\b', [0x61, 0x5c, 0x62]],
  ['0x', []],
  ['0x7480fF', [0x74, 0x80, 0xff]],
  ['\\x30x12', [0x30, 0x78, 0x31, 0x32]],
])('%j is read', (text, expected) => {
  expect(bytes(readKey(text))).toEqual(expected);
});

test.each([
  ['0x1', 'pairs of hex digits'],
  ['0xzz', 'pairs of hex digits'],
  ['a\\n', 'character 2'],
  ['a\\x8', 'character 2'],
  ['é', 'character 1'],
])('%j is refused', (text, why) => {
  expect(() => readKey(text)).toThrow(why);
});

test('law: what is printed is read again as it was, and is one word', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (key) => {
      expect(bytes(readKey(keyText(key)))).toEqual(bytes(key));
      expect(bytes(readKey(keyHex(key)))).toEqual(bytes(key));
      expect(keyText(key)).not.toMatch(/\s/);
    }),
  );
});

test('text that looks like hex is not taken for it', () => {
  expect(keyText(Buffer.from('0x41'))).toBe('\\x30x41');
});
