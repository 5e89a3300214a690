import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chunk, endOf } from '../log/chunk.ts';
import { firstOfTerm } from '../log/index.ts';
import { chunkOf } from '../log/run.fixture.ts';
import { Pending } from './pending.ts';

const bounds = { records: 5, bytes: 120 };

/** Adds and takes, in any order; a run's blocks have `padding` more bytes than 16 each. */
const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ count: fc.integer({ min: 1, max: 12 }), padding: fc.nat(130) }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.constant('term' as const) },
  ),
);

test('what is taken is what was added, in chunks within the bounds and in buffers of their own', () => {
  fc.assert(
    fc.property(acts, (script) => {
      const pending = new Pending(bounds);
      const added: Chunk[] = [];
      const taken: Chunk[] = [];
      let term = 3;
      let next = firstOfTerm(term);
      for (const act of script) {
        if (act === 'take') taken.push(...pending.take());
        else if (act === 'term') next = firstOfTerm(++term);
        else {
          const chunk = chunkOf(next, act.count, act.padding);
          const framed = Buffer.concat([Buffer.from('head'), chunk.bytes, Buffer.from('tail')]);
          pending.add(chunk.first, chunk.count, framed, 4, framed.length - 4);
          framed.fill(0);
          added.push(chunk);
          next = endOf(chunk);
        }
      }
      const waits = { records: pending.records, bytes: pending.bytes };
      const last = pending.take();
      expect(waits).toEqual({ records: recordsOf(last), bytes: bytesOf(last).length });
      expect(pending.bytes + pending.records + pending.take().length).toBe(0);
      taken.push(...last);
      expect(bytesOf(taken)).toEqual(bytesOf(added));
      expect(recordsOf(taken)).toBe(recordsOf(added));
      for (const [at, chunk] of taken.entries()) {
        const before = taken[at - 1];
        if (before !== undefined && endOf(before) !== chunk.first)
          expect(chunk.first % firstOfTerm(1)).toBe(0);
        expect(chunk.count).toBeLessThanOrEqual(bounds.records);
        if (chunk.count > 1) expect(chunk.bytes.length).toBeLessThanOrEqual(bounds.bytes);
        expect(chunk.bytes.buffer.byteLength).toBe(chunk.bytes.length);
      }
    }),
  );
});

test('single records become one chunk', () => {
  const pending = new Pending({ records: 100, bytes: 10_000 });
  for (let at = 0; at < 10; at++) {
    const { first, bytes } = chunkOf(firstOfTerm(1) + at, 1);
    pending.add(first, 1, bytes, 0, bytes.length);
  }
  expect(pending.take()).toEqual(
    [chunkOf(firstOfTerm(1), 10)].map((chunk) => ({ ...chunk, bytes: new Uint8Array(chunk.bytes) })),
  );
});

test('what is cleared is not taken', () => {
  const pending = new Pending(bounds);
  const { first, bytes } = chunkOf(firstOfTerm(1), 7);
  pending.add(first, 7, bytes, 0, bytes.length);
  pending.clear();
  expect(pending.take()).toEqual([]);
});

function recordsOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { count }) => sum + count, 0);
}

function bytesOf(chunks: readonly Chunk[]): Buffer {
  return Buffer.concat(chunks.map(({ bytes }) => bytes));
}

test('a run of more than half a chunk begins none, unless there is one that it fits in', () => {
  const pending = new Pending({ records: 100, bytes: 1_000 });
  const add = (chunk: Chunk) => pending.add(chunk.first, chunk.count, chunk.bytes, 0, chunk.bytes.length);
  const [large, small] = [chunkOf(0, 1, 600), chunkOf(1, 1, 10)];
  add(large);
  expect(pending.hasWholeChunk).toBe(true);
  add(small);
  expect(pending.take().map(({ count }) => count)).toEqual([1, 1]);
  add(chunkOf(2, 1, 10));
  add(chunkOf(3, 1, 600));
  expect(pending.take().map(({ count }) => count)).toEqual([2]);
});
