import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { type Chunk, endOf } from './chunk.ts';
import { firstOfTerm, indexOf } from './index.ts';
import { chunkOf } from './run.fixture.ts';
import { Tail, type TailRead } from './tail.ts';

const first = firstOfTerm(1);
const limit = { records: 1000, bytes: 262_144 };
const bounds = { held: { records: 100, bytes: 100_000 }, chunk: { records: 10, bytes: 10_000 } };
let tail: Tail;

beforeEach(() => {
  tail = new Tail(bounds, first);
});

function append(at: number, count: number, digest?: Uint8Array): Chunk {
  const chunk = { ...chunkOf(at, count), ...(digest !== undefined && { digest }) };
  tail.append(chunk);
  return chunk;
}

function chunk(read: TailRead): Chunk {
  if (typeof read === 'string') throw new Error(`read: ${read}`);
  return read;
}

test('a reader that is caught up gets the chunk that is committed next, as it is', () => {
  expect(tail.read(first, limit)).toBe('caught up');
  const committed = append(first, 3);
  expect(tail.read(first, limit)).toBe(committed);
  expect(tail.read(first, limit)).toBe(committed);
  expect(tail.read(first + 3, limit)).toBe('caught up');
});

test('small chunks are merged for a reader that is behind, and once for all readers', () => {
  for (let at = 0; at < 8; at += 2) append(first + at, 2);
  const merged = chunk(tail.read(first, limit));
  expect(merged).toEqual({ first, count: 8, bytes: new Uint8Array(chunkOf(first, 8).bytes) });
  expect(tail.read(first, limit)).toBe(merged);
  const within = chunk(tail.read(first + 4, limit));
  expect(within).toMatchObject({ first: first + 4, count: 4 });
  expect(tail.read(first + 4, limit)).toBe(within);
});

test('chunks are merged up to the bounds of a chunk', () => {
  for (let at = 0; at < 12; at += 3) append(first + at, 3);
  expect(chunk(tail.read(first, limit)).count).toBe(9);
  expect(chunk(tail.read(first + 9, limit)).count).toBe(3);
});

test('a reader gets no more than it asks for, and always something', () => {
  append(first, 8);
  expect(chunk(tail.read(first, { records: 3, bytes: 262_144 })).count).toBe(3);
  expect(chunk(tail.read(first + 3, { records: 1000, bytes: 1 })).count).toBe(1);
});

test('a chunk ends where its term ends, and the end of a term is the start of the next', () => {
  append(first, 3);
  tail.startTerm(2);
  expect([tail.next, tail.read(first + 3, limit), tail.read(indexOf(2, 0), limit)]).toEqual([
    indexOf(2, 0),
    'caught up',
    'caught up',
  ]);
  const second = append(indexOf(2, 0), 4);
  const third = append(indexOf(3, 0), 1);
  expect(chunk(tail.read(first, limit)).count).toBe(3);
  expect(tail.read(first + 3, limit)).toBe(second);
  expect(tail.read(indexOf(2, 0), limit)).toBe(second);
  expect(tail.read(indexOf(2, 4), limit)).toBe(third);
});

test('terms without records are no place of their own: who is at the start of one misses what comes after them', () => {
  append(first, 3);
  tail.startTerm(2);
  tail.startTerm(4);
  const positions = [first + 3, indexOf(2, 0), indexOf(4, 0)];
  expect(positions.map((position) => tail.read(position, limit))).toEqual(positions.map(() => 'caught up'));
  const next = append(indexOf(4, 0), 2);
  expect(positions.map((position) => tail.read(position, limit))).toEqual(positions.map(() => next));
  const begun = new Tail(bounds, indexOf(3, 0), first + 3);
  expect([begun.first, begun.read(first + 3, limit), begun.read(first + 2, limit)]).toEqual([
    first + 3,
    'caught up',
    'older',
  ]);
});

test('what is held is bounded, and what has left is older', () => {
  for (let at = 0; at < 200; at += 10) append(first + at, 10);
  expect([tail.held.records, tail.first]).toEqual([100, first + 100]);
  expect(tail.read(first + 99, limit)).toBe('older');
  expect(chunk(tail.read(first + 100, limit)).count).toBe(10);
});

test('the newest chunk is held even when it is larger than all that may be', () => {
  append(first, 5);
  append(first + 5, 500);
  expect([tail.first, tail.held.records]).toEqual([first + 5, 500]);
});

test('a position that is not in this history is gone', () => {
  append(first, 3);
  append(indexOf(2, 0), 2);
  expect([tail.read(first + 4, limit), tail.read(indexOf(2, 3), limit)]).toEqual(['gone', 'gone']);
});

test('a chunk that leaves a gap, repeats records or goes back is refused', () => {
  append(first, 3);
  expect(() => append(first + 4, 1)).toThrow('does not continue');
  expect(() => append(first + 2, 1)).toThrow('does not continue');
  expect(() => append(indexOf(2, 1), 1)).toThrow('does not continue');
  expect(() => tail.startTerm(1)).toThrow('not after');
});

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 14 }),
      hasDigest: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('term' as const) }),
    fc.record({
      kind: fc.constant('read' as const),
      reader: fc.nat(2),
      records: fc.integer({ min: 1, max: 30 }),
    }),
  ),
  { maxLength: 120 },
);

test('law: every reader sees every record once, in order, and each digest at the end of a chunk, unless it is told that they are older', () => {
  fc.assert(
    fc.property(steps, (script) => {
      tail = new Tail(bounds, first);
      const log: number[] = [];
      const digests = new Map<number, Uint8Array>();
      const readers = [first, first, first];
      let term = 1;
      for (const step of script) {
        if (step.kind === 'append') {
          const digest = step.hasDigest ? new Uint8Array(1) : undefined;
          const added = append(tail.next, step.count, digest);
          if (digest !== undefined) digests.set(endOf(added), digest);
          for (let at = 0; at < added.count; at += 1) log.push(added.first + at);
        } else if (step.kind === 'term') {
          term += 1;
          tail.startTerm(term);
        } else {
          const position = readers[step.reader] ?? first;
          const missing = log.filter((index) => index >= position);
          const read = tail.read(position, { records: step.records, bytes: 262_144 });
          if (typeof read === 'string') {
            expect(read).toBe(missing.length === 0 ? 'caught up' : 'older');
            if (read === 'older') expect(position).toBeLessThan(tail.first);
            readers[step.reader] = read === 'older' ? tail.first : position;
          } else {
            expect(tail.read(position, { records: step.records, bytes: 262_144 })).toBe(read);
            expect(Buffer.from(read.bytes)).toEqual(Buffer.from(chunkOf(read.first, read.count).bytes));
            expect(Array.from({ length: read.count }, (_, at) => read.first + at)).toEqual(
              missing.slice(0, read.count),
            );
            expect(read.count).toBeLessThanOrEqual(step.records);
            expect(read.digest).toBe(digests.get(endOf(read)));
            expect([...digests.keys()].filter((at) => at > read.first && at < endOf(read))).toEqual([]);
            readers[step.reader] = endOf(read);
          }
        }
      }
    }),
  );
});
