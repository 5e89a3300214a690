import { Buckets } from '@syncline/proto/metapb.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { ReportedBuckets } from './reported-buckets.ts';

const buckets = (regionId: bigint, version: bigint, key = 'k') =>
  Buckets.fromPartial({ regionId, version, keys: [Buffer.from(key)], stats: { readBytes: [7n] } });

const reported = (bounds = { regions: 3, bytes: 1_000 }) => new ReportedBuckets(bounds);

test('the newest version of a region counts, without its statistics', () => {
  const all = reported();
  expect([all.report(buckets(1n, 5n)), all.report(buckets(1n, 5n)), all.report(buckets(1n, 4n))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(all.report(buckets(1n, 2n ** 64n - 1n, 'new'))).toBe(true);
  const { version, bytes } = all.of(1n) ?? { version: 0n, bytes: new Uint8Array(0) };
  expect(version).toBe(2n ** 64n - 1n);
  expect(Buckets.decode(bytes)).toEqual({
    ...buckets(1n, version, 'new'),
    keys: [new Uint8Array(Buffer.from('new'))],
    stats: undefined,
  });
  all.forget(1n);
  expect([all.of(1n), all.size]).toEqual([undefined, 0]);
});

test('at a bound what was reported longest ago is forgotten, and counted', () => {
  const all = reported();
  for (const id of [1n, 2n, 3n]) all.report(buckets(id, 1n));
  all.report(buckets(1n, 2n));
  all.report(buckets(4n, 1n));
  expect([1n, 2n, 3n, 4n].filter((id) => all.of(id) !== undefined)).toEqual([1n, 3n, 4n]);
  expect([all.size, all.forgotten]).toEqual([3, 1]);
  all.report(buckets(5n, 1n, 'x'.repeat(990)));
  expect([all.of(5n) !== undefined, all.size, all.forgotten]).toEqual([true, 1, 4]);
});

test('a report that has no room, and could have none in a record, is refused and counted; what was known stays', () => {
  const roomy = reported({ regions: 3, bytes: 2 ** 30 });
  roomy.report(buckets(1n, 1n));
  for (const [all, most] of [
    [reported(), 1_000],
    [roomy, 6 * 2 ** 20],
  ] as const) {
    const long = buckets(1n, 2n, 'x'.repeat(most));
    const { length } = Buckets.encode({ ...long, stats: undefined }).finish();
    const details = `buckets: ${length} bytes of region 1 are more than ${most}`;
    expect(() => all.report(long)).toThrow(
      expect.objectContaining({ code: Status.INVALID_ARGUMENT, details }),
    );
    expect(all.forgotten).toBe(1);
  }
  expect([roomy.of(1n)?.version, roomy.size]).toEqual([1n, 1]);
  roomy.refuse(1n);
  expect([roomy.of(1n), roomy.forgotten]).toEqual([undefined, 2]);
});
