import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyUint64 } from './arbitrary.ts';
import { ByteWriter } from './byte-writer.ts';
import { Cursor } from './cursor.ts';

const anyField = fc.record({
  number: fc.integer({ min: 1, max: 2 ** 28 }),
  count: anyUint64,
  content: fc.uint8Array({ maxLength: 150 }),
});

test('what was written since clear() is read as it was meant, whatever it had to grow', () => {
  fc.assert(
    fc.property(fc.array(anyField), fc.nat(40), (fields, capacity) => {
      const out = new ByteWriter(capacity);
      out.copy(Uint8Array.of(1, 2, 3), 0, 3);
      out.clear();
      for (const { number, count, content } of fields) {
        out.uint64(number, Number(count & 0xffff_ffffn), Number(count >> 32n));
        out.content(number, content, 0, content.length);
      }
      const at = new Cursor().over(out.view(), 0, out.length);
      for (const { number, count, content } of fields) {
        if (count !== 0n) {
          at.varint(at.tag('m'), 'count');
          expect((BigInt(at.hi) << 32n) | BigInt(at.lo)).toBe(count);
        }
        const tag = at.tag('m');
        at.content(tag, 'content');
        expect(tag >>> 3).toBe(number);
        expect(out.bytes.slice(at.start, at.stop)).toEqual(content);
      }
      expect(at.more()).toBe(false);
    }),
  );
});

test('a part of other bytes is copied, be it short or long, and nothing around it', () => {
  const from = Uint8Array.from({ length: 250 }, (_, i) => i);
  for (const stop of [11, 74, 75, 200]) {
    const out = new ByteWriter(0);
    out.copy(from, 10, stop);
    expect(out.view()).toEqual(from.slice(10, stop));
    expect(out.bytes.subarray(out.length).every((byte) => byte === 0)).toBe(true);
  }
});

test('a number of 0 is left out, an empty content is not', () => {
  const out = new ByteWriter(0);
  out.safeInteger(1, 0);
  out.content(2, new Uint8Array(0), 0, 0);
  out.safeInteger(3, 2 ** 53 - 1);
  expect([...out.view()]).toEqual([0x12, 0, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
});
