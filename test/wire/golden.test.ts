// Bytes that the published stubs of Meridio and Network Service Mesh wrote, read and written by our generated code:
// every message with all its fields, once for each value of its enums. `make interop` compares the file with the stubs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codecOf, messageNames } from './codecs.ts';

const goldens = readFileSync(join(import.meta.dirname, 'golden.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { message: string; bytes: string })
  .map(({ message, bytes }) => ({ message, bytes: Buffer.from(bytes, 'base64') }));

/** Field 1000 as a varint, and field 1001 as bytes: neither is declared anywhere. */
const unknownFields = Buffer.from([0xc0, 0x3e, 0x07, 0xca, 0x3e, 0x02, 0xff, 0x00]);

test('every message of these packages is among the golden ones', () => {
  expect([...new Set(goldens.map(({ message }) => message))].sort()).toEqual(messageNames);
});

test.each(goldens)('$message is written as it was read', ({ message, bytes }) => {
  const codec = codecOf(message);
  expect(Buffer.from(codec.encode(codec.decode(bytes)).finish())).toEqual(bytes);
});

test.each(goldens)('$message is read the same with fields that nobody knows', ({ message, bytes }) => {
  const codec = codecOf(message);
  expect(codec.decode(Buffer.concat([unknownFields, bytes, unknownFields]))).toEqual(codec.decode(bytes));
});

test.each(messageNames)('%s without anything is read and written as nothing', (message) => {
  const codec = codecOf(message);
  expect(codec.encode(codec.decode(new Uint8Array())).finish()).toHaveLength(0);
});
