import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { varintSize } from './varint-size.ts';

test('a varint has the size that it is written in', () => {
  const bound = fc.integer({ min: 0, max: 53 }).chain((bits) => fc.constantFrom(2 ** bits - 1, 2 ** bits));
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), bound), (value) => {
      const out = new ByteWriter(0);
      out.varint(value % 2 ** 32, Math.floor(value / 2 ** 32));
      expect(varintSize(value)).toBe(out.length);
    }),
  );
});
