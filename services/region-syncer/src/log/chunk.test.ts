import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chunk, chunkFrom, chunkHead, endOf, mergeChunks, splitChunk } from './chunk.ts';
import { firstOfTerm } from './index.ts';
import { block, chunkOf, runOf } from './run.fixture.ts';

const first = firstOfTerm(1);

/** A chunk of records of very different lengths. */
const chunks = fc
  .array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 30 })
  .map((paddings): Chunk => {
    const blocks = paddings.map((padding, at) => block(first + at, padding));
    return { first, count: blocks.length, bytes: Buffer.concat(blocks) };
  });
const bounds = fc.record({
  records: fc.integer({ min: 1, max: 12 }),
  bytes: fc.integer({ min: 1, max: 900 }),
});

test('what is split and merged again is what it was, and each part is as large as may be', () => {
  fc.assert(
    fc.property(chunks, bounds, (chunk, limit) => {
      const parts = splitChunk(chunk, limit);
      for (const [at, part] of parts.entries()) {
        if (part.count > 1) {
          expect(part.count).toBeLessThanOrEqual(limit.records);
          expect(part.bytes.length).toBeLessThanOrEqual(limit.bytes);
        }
        const following = parts[at + 1];
        if (following === undefined || part.count === limit.records) continue;
        expect(
          part.bytes.length + chunkHead(following, { records: 1, bytes: 1 }).bytes.length,
        ).toBeGreaterThan(limit.bytes);
      }
      const merged = mergeChunks(parts);
      expect({ ...merged, bytes: Buffer.from(merged.bytes) }).toEqual({
        ...chunk,
        bytes: Buffer.from(chunk.bytes),
      });
    }),
  );
});

test('a chunk from a record on begins with that record’s block', () => {
  const chunk = chunkOf(first, 20, 150);
  const rest = chunkFrom(chunk, first + 13);
  expect([rest.first, rest.count, endOf(rest)]).toEqual([first + 13, 7, first + 20]);
  expect(Buffer.from(rest.bytes)).toEqual(Buffer.from(chunkOf(first + 13, 7, 150).bytes));
  expect(chunkFrom(chunk, first)).toBe(chunk);
  expect(() => chunkFrom(chunk, first + 20)).toThrow(
    `index ${first + 20} is not in ${first} to ${first + 19}`,
  );
});

test('a block larger than a chunk may be is a chunk of its own', () => {
  const run = Buffer.concat([block(first), block(first + 1, 5000), block(first + 2)]);
  const parts = splitChunk({ first, count: 3, bytes: run }, { records: 10, bytes: 100 });
  expect(parts.map((part) => part.count)).toEqual([1, 1, 1]);
});

test('chunks of two terms, or with a gap between them, are not merged', () => {
  const one = chunkOf(first, 2);
  expect(() => mergeChunks([one, chunkOf(first + 3, 1)])).toThrow('does not continue');
  expect(() => mergeChunks([one, chunkOf(firstOfTerm(2), 1)])).toThrow('does not continue');
  expect(() => mergeChunks([])).toThrow('no chunks');
});

test('bytes that are not so many blocks are refused', () => {
  const bytes = runOf([1, 2]);
  expect(() => chunkFrom({ first, count: 4, bytes }, first + 3)).toThrow(WireError);
  expect(() => chunkFrom({ first, count: 2, bytes: bytes.subarray(1) }, first + 1)).toThrow(WireError);
  expect(() => chunkFrom({ first, count: 2, bytes: bytes.subarray(0, 9) }, first + 1)).toThrow(WireError);
});
