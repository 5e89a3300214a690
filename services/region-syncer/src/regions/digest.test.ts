import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestBytes } from '../wire/frame-tags.ts';
import { Digest, digestBuckets } from './digest.ts';

const anyToggle = fc.tuple(
  fc.nat(digestBuckets - 1),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

test('what is put in and taken out again leaves nothing behind, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(anyToggle), fc.array(anyToggle), (stays, goes) => {
      const digest = new Digest();
      for (const toggle of [...stays, ...goes, ...stays.toReversed(), ...stays, ...goes])
        digest.toggle(...toggle);
      const other = new Digest();
      for (const toggle of stays) other.toggle(...toggle);
      expect(digest.equals(other)).toBe(true);
      expect(digest.total).toBe(other.total);
    }),
  );
});

test('a digest comes back from its bytes, which are little-endian by bucket', () => {
  const digest = new Digest();
  digest.toggle(2, 0x04030201, -2);
  const bytes = digest.encode();
  expect(bytes.length).toBe(digestBytes);
  expect([...bytes.subarray(16, 24)]).toEqual([1, 2, 3, 4, 0xfe, 0xff, 0xff, 0xff]);
  expect(Digest.decode(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)).equals(digest)).toBe(true);
  expect(digest.total).toBe(0xfffffffe04030201n);
  expect([digest.buckets[2], digest.buckets.length]).toEqual([0xfffffffe04030201n, digestBuckets]);
  digest.toggle(255, 1, 0);
  expect(Digest.decode(bytes).equals(digest)).toBe(false);
});

test('bytes of another length are refused', () => {
  expect(() => Digest.decode(new Uint8Array(2047))).toThrow(
    new RangeError('digest: 2047 bytes, 2048 are needed'),
  );
});
