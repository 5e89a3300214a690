import { NodeState, Store } from '@syncline/proto/metapb.ts';
import { BootstrapRequest, StoreStats } from '@syncline/proto/pdpb.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { openRegionStore, type RegionStoreThread } from '../store/open-region-store.ts';
import { storeOptions } from '../store/store.fixture.ts';
import { Cluster } from './cluster.ts';

const never = new AbortController().signal;
const store = Store.fromPartial({ id: 1n, address: 's1' });
const request = BootstrapRequest.fromPartial({ store });

interface Opened extends AsyncDisposable {
  readonly disk: RegionStoreThread;
  readonly cluster: Cluster;
}

async function open(directory: string, diskBytes = 2 ** 30, failpoints = ''): Promise<Opened> {
  const options = { ...storeOptions(directory, { diskBytes }), failpoints };
  const disk = await openRegionStore(options, 10_000, () => {});
  const cluster = await Cluster.load(disk, new VirtualClock());
  return { disk, cluster, [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose]() };
}

test('what was answered is there after a restart, and no id is given out again', async () => {
  await using directory = await tempDir('cluster');
  let last = 0n;
  {
    await using opened = await open(directory.path);
    const { cluster } = opened;
    expect(await cluster.bootstrap(store, request, () => Promise.resolve(), never)).toBe(true);
    await cluster.putStore(Store.fromPartial({ id: 2n ** 64n - 1n, address: 's2' }));
    cluster.heartbeat({ ...emptyStats, storeId: 1n });
    last = await cluster.allocate(3);
  }
  await using opened = await open(directory.path);
  const { cluster } = opened;
  expect(cluster.isBootstrapped).toBe(true);
  expect(cluster.stores().map(({ store: { id }, stats }) => [id, stats])).toEqual([
    [1n, undefined],
    [2n ** 64n - 1n, undefined],
  ]);
  expect(await cluster.allocate(1)).toBeGreaterThan(last);
});

test('a bootstrap whose first region was not taken leaves a cluster that can be bootstrapped', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path);
  const { cluster } = opened;
  const failing = cluster.bootstrap(store, request, () => Promise.reject(new Error('no room')), never);
  const waiting = cluster.bootstrap(store, request, () => Promise.resolve(), never);
  await expect(failing).rejects.toThrow('no room');
  expect(await waiting).toBe(true);
  expect(await cluster.bootstrap(store, request, () => Promise.resolve(), never)).toBe(false);
});

test('who waits for a bootstrap that does not end leaves with the signal, and the bootstrap goes on', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path);
  const { cluster } = opened;
  const disk = Promise.withResolvers<void>();
  const first = cluster.bootstrap(store, request, () => disk.promise, never);
  const call = new AbortController();
  const second = cluster.bootstrap(store, request, () => Promise.resolve(), call.signal);
  call.abort(new Error('the deadline has passed'));
  await expect(second).rejects.toThrow('the deadline has passed');
  disk.resolve();
  expect([await first, cluster.isBootstrapped]).toEqual([true, true]);
});

test('a store that could not be kept is as it was before', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path, 160 * 1024);
  const { cluster } = opened;
  await cluster.putStore(store);
  const large = { ...store, deployPath: 'x'.repeat(1 << 20) };
  await expect(cluster.putStore(large)).rejects.toThrow(/full/);
  await expect(cluster.putStore({ ...large, id: 2n, address: 's2' })).rejects.toThrow(/full/);
  expect([cluster.store(1n)?.store.deployPath, cluster.store(2n)]).toEqual(['', undefined]);
  const refused = cluster.putStore(large);
  cluster.heartbeat({ ...emptyStats, storeId: 1n, capacity: 9n });
  await expect(refused).rejects.toThrow(/full/);
  expect(cluster.store(1n)).toMatchObject({ store: { deployPath: '' }, stats: { capacity: 9n } });
});

test('a bootstrap that is on disk though it failed has begun the cluster, and its store is known', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path, undefined, 'sync=error:no sync@1');
  const { cluster } = opened;
  let admitted = 0;
  const admit = () => {
    admitted += 1;
    return Promise.resolve();
  };
  await expect(cluster.bootstrap(store, request, admit, never)).rejects.toThrow('bootstrap: no sync');
  expect([cluster.isBootstrapped, cluster.store(1n)?.store]).toEqual([true, store]);
  expect(await cluster.bootstrap({ ...store, id: 2n }, request, admit, never)).toBe(false);
  expect([admitted, cluster.store(2n)]).toEqual([1, undefined]);
  cluster.heartbeat({ ...emptyStats, storeId: 1n, capacity: 9n });
  expect(cluster.store(1n)?.stats?.capacity).toBe(9n);
});

test('a bootstrap that is on disk and could not be read back then is found by the next one, which admits nothing', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path, undefined, 'sync=error:no sync@1');
  let isReadable = true;
  const disk: Pick<RegionStoreThread, 'call'> = {
    call: (method, ...args) => {
      if (method === 'stores' && !isReadable) return Promise.reject(new Error('no answer'));
      return opened.disk.call(method, ...args);
    },
  };
  const cluster = await Cluster.load(disk, new VirtualClock());
  const first = cluster.bootstrap(
    store,
    request,
    () => {
      isReadable = false;
      return Promise.resolve();
    },
    never,
  );
  await expect(first).rejects.toThrow('no answer');
  expect(cluster.isBootstrapped).toBe(false);
  isReadable = true;
  expect(await cluster.bootstrap(store, request, () => expect.fail('admitted'), never)).toBe(false);
  expect([cluster.isBootstrapped, cluster.store(1n)?.store]).toEqual([true, store]);
});

test('a store that is on disk though putting it failed is known, and so is what it said anew', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path, undefined, 'sync=error:no sync');
  const { cluster } = opened;
  await expect(cluster.putStore(store)).rejects.toThrow('put a store: no sync');
  expect(cluster.store(1n)?.store).toEqual(store);
  const moved = cluster.putStore({ ...store, address: 's9' });
  cluster.heartbeat({ ...emptyStats, storeId: 1n, capacity: 9n });
  await expect(moved).rejects.toThrow('no sync');
  expect(cluster.store(1n)).toMatchObject({ store: { address: 's9' }, stats: { capacity: 9n } });
  await expect(cluster.putStore({ ...store, id: 2n, address: 's9' })).rejects.toThrow('duplicated');
});

test('of two calls for one store that the disk refuses none stays', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path, 160 * 1024);
  const { cluster } = opened;
  await cluster.putStore(store);
  const large = { ...store, deployPath: 'x'.repeat(1 << 20) };
  const refused = await Promise.allSettled([
    cluster.putStore(large),
    cluster.putStore({ ...large, version: '2' }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(cluster.store(1n)?.store).toEqual(store);
});

test('a removed store is refused, and its address is free again', async () => {
  await using directory = await tempDir('cluster');
  await using opened = await open(directory.path);
  const { cluster } = opened;
  await cluster.putStore({ ...store, nodeState: NodeState.Removed });
  await expect(cluster.putStore(store)).rejects.toThrow('store is tombstone');
  expect(() => cluster.heartbeat({ ...emptyStats, storeId: 1n })).toThrow('store is tombstone');
  await cluster.putStore({ ...store, id: 2n });
  expect(cluster.store(2n)?.store.address).toBe('s1');
});

const emptyStats = StoreStats.fromPartial({});
