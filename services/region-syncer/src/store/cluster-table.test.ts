import { expect, test } from 'vitest';
import type { RegionStore } from './region-store.ts';
import { identity } from './store.fixture.ts';
import { storeForEach } from './store-for-each.fixture.ts';

let store: RegionStore;
const reopen = storeForEach((opened) => {
  store = opened;
});

test('ids beyond 2^63 stay what they are', () => {
  reopen();
  expect(store.identify({ clusterId: identity.clusterId, memberId: 1n })).toEqual(identity);
  expect(() => store.identify({ clusterId: 9n, memberId: 1n })).toThrow('not of cluster 9');
  store.putStore({ id: 2n ** 64n - 1n, store: Buffer.from('b') });
  store.putStore({ id: 3n, store: Buffer.from('a') });
  store.putStore({ id: 3n, store: Buffer.from('c') });
  expect(store.stores().map(({ id, store: body }) => [id, Buffer.from(body).toString()])).toEqual([
    [3n, 'c'],
    [2n ** 64n - 1n, 'b'],
  ]);
  expect(() => store.putStore({ id: 2n ** 64n, store: Buffer.from('') })).toThrow(
    'store id 18446744073709551616',
  );
});

test('ids are reserved once, across restarts', () => {
  expect([store.reserveIds(1000), store.reserveIds(1)]).toEqual([1000n, 1001n]);
  reopen();
  expect(store.reserveIds(10)).toBe(1011n);
  expect(() => store.reserveIds(0)).toThrow('0 is no number of ids');
});

test('a cluster is bootstrapped once', () => {
  const first = { id: 1n, store: Buffer.from('store') };
  expect(store.bootstrapped()).toBeUndefined();
  expect(store.bootstrap(Buffer.from('record'), first)).toBe(true);
  reopen();
  expect(store.bootstrap(Buffer.from('other'), { id: 2n, store: Buffer.from('') })).toBe(false);
  expect(Buffer.from(store.bootstrapped() ?? []).toString()).toBe('record');
  expect(store.stores()).toHaveLength(1);
});
