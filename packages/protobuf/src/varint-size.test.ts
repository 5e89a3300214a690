import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { varintSize } from './varint-size.ts';

function written(value: number): number {
  const out = new ByteWriter(0);
  out.varint(value % 2 ** 32, Math.floor(value / 2 ** 32));
  return out.length;
}

test('a varint has the size that it is written in', () => {
  for (let bits = 0; bits <= 53; bits++) {
    for (const value of [2 ** bits - 1, 2 ** bits])
      expect(varintSize(value), `${value}`).toBe(written(value));
  }
});
