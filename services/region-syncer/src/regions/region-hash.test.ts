import { integer, pick, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { viewOf } from './key.ts';
import { RegionHash } from './region-hash.ts';
import { blockOf, type ModelRegion } from './regions.fixture.ts';

const region: ModelRegion = {
  id: 77n,
  start: Buffer.from('table_17'),
  end: Buffer.from('table_18'),
  confVer: 3n,
  version: 9n,
  leader: 5n,
  load: 12n,
};

function hashOf(of: ModelRegion): { bits: bigint; bucket: number } {
  const { bytes, fields } = blockOf(of);
  const hash = new RegionHash();
  hash.of(viewOf(bytes), fields);
  return {
    bits: (BigInt(hash.hi >>> 0) << 32n) | BigInt(hash.lo >>> 0),
    bucket: hash.bucket,
  };
}

test('id, keys, epoch and leader count, and nothing else does', () => {
  const max = 2n ** 64n - 1n;
  const others: ModelRegion[] = [
    { ...region, id: 78n },
    { ...region, id: 77n + 2n ** 32n },
    { ...region, id: max },
    { ...region, start: Buffer.from('table_16') },
    { ...region, start: Buffer.from('table_1') },
    { ...region, start: Buffer.from('table_17\0') },
    { ...region, end: Buffer.from('table_17_') },
    { ...region, end: Buffer.alloc(0) },
    { ...region, start: region.end, end: region.start },
    { ...region, confVer: 4n },
    { ...region, confVer: 9n, version: 3n },
    { ...region, version: max },
    { ...region, leader: 6n },
  ];
  const hashes = [region, ...others].map((each) => hashOf(each).bits);
  expect(new Set(hashes).size).toBe(others.length + 1);
  expect(hashOf({ ...region, load: 13n })).toEqual(hashOf(region));
});

test('the start key alone chooses the bucket, and all buckets alike', () => {
  expect(hashOf({ ...region, id: 1n, end: Buffer.alloc(0), version: 2n }).bucket).toBe(hashOf(region).bucket);
  const counts = new Uint32Array(256);
  for (let i = 0; i < 25_600; i++) {
    const { bucket } = hashOf({ ...region, start: Buffer.from(`table_${i}`), end: Buffer.alloc(0) });
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(160);
});

test('one bit of a region changes half of the bits of its hash', () => {
  const rng = seededRng(1);
  const flips = new Uint32Array(64);
  const rounds = 4000;
  for (let round = 0; round < rounds; round++) {
    const start = Buffer.from(`table_${integer(rng, 1e9)}`);
    const of = { ...region, start, end: Buffer.alloc(0), id: BigInt(integer(rng, 1e9)) };
    const bit = 1n << BigInt(integer(rng, 64));
    const changedStart = Buffer.from(start);
    const at = integer(rng, start.length);
    changedStart[at] = (start[at] as number) ^ (1 << integer(rng, 8));
    const other = pick(rng, [
      { ...of, id: of.id ^ bit },
      { ...of, leader: of.leader ^ bit },
      { ...of, version: of.version ^ bit },
      { ...of, start: changedStart },
    ]);
    const difference = hashOf(of).bits ^ hashOf(other).bits;
    for (let i = 0; i < 64; i++) {
      flips[i] = (flips[i] as number) + Number((difference >> BigInt(i)) & 1n);
    }
  }
  for (const [i, count] of flips.entries())
    expect(Math.abs(count / rounds - 0.5), `bit ${i}`).toBeLessThan(0.05);
});
