import { integer, seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortByStartKey } from './key-sort.ts';
import { RegionTable } from './region-table.ts';
import { blockOf, smallLimits } from './regions.fixture.ts';

/** Sorts the keys; each is the start of a region. Gives the sorted keys and how often it stopped. */
function sorted(keys: readonly Uint8Array[]): { keys: number[]; stops: number } {
  const table = new RegionTable({ ...smallLimits, pageBytes: 1 << 20 });
  const region = { end: Buffer.alloc(0), confVer: 1n, version: 1n, leader: 1n, load: 0n };
  const slots = Int32Array.from(keys, (start, i) => {
    const { bytes, fields } = blockOf({ ...region, id: BigInt(i), start: Buffer.from(start) });
    return table.add(bytes, 0, bytes.length, fields);
  });
  const steps = sortByStartKey(table.keys, slots);
  let stops = 0;
  while (steps.next().done !== true) stops++;
  return { keys: [...slots], stops };
}

/** The numbers of the keys in their order; equal keys as they come. */
function expected(keys: readonly Uint8Array[]): number[] {
  return keys.map((_, i) => i).sort((a, b) => Buffer.compare(keys[a] as Buffer, keys[b] as Buffer) || a - b);
}

const anyByte = fc.constantFrom(0, 1, 128, 255);
const anyShared = fc.constantFrom(0, 5, 90, 100, 300).map((length) => Buffer.alloc(length, 7));

test('keys of all kinds come into the order of their bytes, equal ones stay as they came', () => {
  const anyKey = fc
    .tuple(fc.array(anyByte, { maxLength: 10 }), anyShared, fc.array(anyByte, { maxLength: 2 }))
    .map(([head, shared, tail]) => Buffer.concat([Buffer.from(head), shared, Buffer.from(tail)]));
  fc.assert(
    fc.property(fc.array(anyKey, { minLength: 1, maxLength: 150 }), (keys) => {
      expect(sorted(keys).keys).toEqual(expected(keys));
    }),
    { numRuns: 500 },
  );
});

test('keys that differ in many bytes only together are sorted', () => {
  const rng = seededRng(4);
  const keys = Array.from({ length: 3000 }, () => {
    const key = Buffer.alloc(250, 9);
    for (let at = 0; at < 250; at += 13) key[at] = integer(rng, 2);
    return key;
  });
  expect(sorted(keys).keys).toEqual(expected(keys));
});

test('keys that are beginnings of one another, each a little longer, do not take it beyond bounds', () => {
  const keys = Array.from({ length: 1500 }, (_, i) => Buffer.alloc(1 + ((i * 7) % 1500), 1));
  const { keys: order, stops } = sorted(keys);
  expect(order).toEqual(expected(keys));
  expect(stops).toBeLessThan(1000);
});

test('many keys are sorted in many pieces', () => {
  const rng = seededRng(8);
  const keys = Array.from({ length: 60_000 }, () => Buffer.from(`table_${rng.next()}`));
  const { keys: order, stops } = sorted(keys);
  expect(order).toEqual(expected(keys));
  expect(stops).toBeGreaterThan(40);
});
