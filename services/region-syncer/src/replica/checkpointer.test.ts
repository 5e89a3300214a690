import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import {
  Disk,
  openLeader,
  openReplica,
  record,
  region,
  regionsSideBySide,
  reopen,
  runOf,
  settled,
  shown,
} from './replica.fixture.ts';
import type { Replica } from './replica.ts';

let disk: Disk;

beforeEach(() => {
  disk = new Disk();
});
afterEach(() => disk[Symbol.dispose]());

/** Records for 40 regions, again and again, with a pause after each eight of them. */
async function live(replica: Replica, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const model = regionsSideBySide(40, at)[at % 40];
    if (model !== undefined) record(replica, model);
    if (at % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
  }
  await settled(replica);
}

test('checkpoints are written while records come, and a restart replays only what came after', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60, pieceBytes: 600 });
  await live(replica, 400);
  await disk.idle();
  expect(told).toMatchObject({ failures: [], broken: [] });
  expect(told.checkpoints.length).toBeGreaterThan(2);
  expect(replica.applied).toBe(told.checkpoints.at(-1));
  expect(replica.status().checkpoints).toEqual({ count: told.checkpoints.length, failed: 0 });
  expect(disk.calls.join()).toMatch(/putGeneration,(append,)+putGeneration/);
  const before = shown(replica.regions);
  const again = await reopen(disk);
  expect(shown(again.regions)).toEqual(before);
  expect(again.digest.equals(replica.digest)).toBe(true);
  expect(again.applied).toBe(replica.applied);
});

test('long records bring a checkpoint, and the log is cut back, however few they are', async () => {
  const retention = { records: 1_000_000, bytes: 20_000, pinnedBytes: 40_000 };
  const { replica, told } = await openLeader(disk, { retention });
  await live(replica, 1_000);
  await disk.idle();
  const { log } = replica.status();
  expect(told.checkpoints.length).toBeGreaterThan(2);
  expect(log.bytes).toBeLessThan(40_000);
});

test('a generation is active only when every record in it is on disk', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 10 });
  let refusals = 20;
  disk.failpoint = (point) => {
    if (point === 'log.append.before-commit' && refusals-- > 0)
      throw new StoreFaultError('append', 'disk-full', 'SQLITE_FULL', 'full');
  };
  const durable: number[] = [];
  for (const model of regionsSideBySide(30)) record(replica, model);
  const written = disk.called('flip').then(() => durable.push(replica.durable));
  await settled(replica);
  await written;
  await disk.idle();
  expect(refusals).toBeLessThan(0);
  expect(durable).toEqual(told.checkpoints);
});

test('the log loses what the generation has and nobody is to have, but not what is pinned', async () => {
  const { replica } = await openLeader(disk, { checkpointRecords: 60 });
  const pin = replica.pin(indexOf(1, 25));
  await live(replica, 200);
  await disk.idle();
  expect(replica.first).toBeLessThanOrEqual(indexOf(1, 25));
  expect(pin.isLost).toBe(false);
  pin[Symbol.dispose]();
  await live(replica, 200);
  await disk.idle();
  expect(replica.first).toBeGreaterThan(indexOf(1, 200));
  expect(await replica.readLog(indexOf(1, 25), { records: 10, bytes: 1000 })).toBe('gone');
  expect(replica.status().log.records).toBeLessThan(200);
  const read = await replica.readLog(replica.first, { records: 1, bytes: 1000 });
  expect(read).toMatchObject([{ first: replica.first }]);
});

test('a pin that costs more than the budget is lost, and is told so', async () => {
  const retention = { records: 30, bytes: 0, pinnedBytes: 0 };
  const { replica } = await openLeader(disk, { checkpointRecords: 60, retention });
  using pin = replica.pin(indexOf(1, 25));
  using near = replica.pin(indexOf(1, 390));
  await live(replica, 400);
  await disk.idle();
  expect([pin.isLost, near.isLost]).toEqual([true, false]);
});

test('a checkpoint that the disk refuses changes nothing, and is tried again', async () => {
  let refusals = 3;
  disk.failpoint = (point) => {
    if (point === 'generation.piece' && refusals-- > 0)
      throw new StoreFaultError('write a generation', 'disk-full', 'SQLITE_FULL', 'full');
  };
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  await live(replica, 100);
  await expect.poll(() => told.checkpoints.length).toBeGreaterThan(0);
  expect(told.failures).toHaveLength(3);
  expect(replica.status().checkpoints.failed).toBe(3);
  expect(replica.degraded).toBe(undefined);
  expect(told.broken).toEqual([]);
});

test('a generation that is due when a replica is opened is written then', async () => {
  const first = await openLeader(disk);
  await live(first.replica, 100);
  disk.crash();
  const { replica, told } = await openReplica(disk, { checkpointRecords: 60 });
  await expect.poll(() => told.checkpoints).toEqual([indexOf(1, 100)]);
  expect(replica.applied).toBe(indexOf(1, 100));
});

test('more regions make checkpoints rarer', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 10 });
  for (const model of regionsSideBySide(200)) record(replica, model);
  await settled(replica);
  await disk.idle();
  const first = told.checkpoints.length;
  for (let at = 0; at < 90; at++) record(replica, region(1, '', '0001', { load: BigInt(at) }));
  await settled(replica);
  await disk.idle();
  expect(told.checkpoints.length).toBeLessThanOrEqual(first + 1);
  expect(replica.next - replica.applied).toBeLessThan(100);
});

test('a checkpoint makes way for a snapshot, and comes back when that is dropped', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  const writes = disk.called('putGeneration');
  for (const model of regionsSideBySide(100)) record(replica, model);
  await writes;
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(40, 7)));
  await settled(replica);
  await disk.idle();
  expect(told.checkpoints).toEqual([]);
  incoming.drop();
  await expect.poll(() => told.checkpoints).toEqual([indexOf(1, 100)]);
  expect(shown((await reopen(disk)).regions)).toEqual(shown(replica.regions));
});

test('disposing abandons a checkpoint', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  const writes = disk.called('putGeneration');
  for (const model of regionsSideBySide(100)) record(replica, model);
  await writes;
  await replica[Symbol.asyncDispose]();
  expect(told).toEqual({ checkpoints: [], failures: [], untrimmed: [], broken: [] });
  const { length } = disk.calls;
  await disk.idle();
  expect(disk.calls.length).toBe(length);
  expect((await reopen(disk)).next).toBe(indexOf(1, 100));
});

test('a trim that the disk refuses is tried again without another checkpoint, and none counts as failed for it', async () => {
  let refusals = 3;
  disk.failpoint = (point) => {
    if (point === 'trim' && refusals-- > 0)
      throw new StoreFaultError('trim', 'disk-full', 'SQLITE_FULL', 'full');
  };
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  for (const model of regionsSideBySide(100)) record(replica, model);
  await expect.poll(() => replica.first).toBeGreaterThan(indexOf(1, 0));
  expect(refusals).toBe(-1);
  expect(told).toMatchObject({ checkpoints: [indexOf(1, 100)], failures: [], broken: [] });
  expect(told.untrimmed).toHaveLength(3);
  expect(replica.status().checkpoints).toEqual({ count: 1, failed: 0 });
});

test('a trim that a snapshot has kept from its turn is made up for when that is dropped', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  const { promise, resolve } = Promise.withResolvers<void>();
  disk.gate = (method) => (method === 'flip' ? promise : undefined);
  const flips = disk.called('flip');
  for (const model of regionsSideBySide(100)) record(replica, model);
  await flips;
  const incoming = replica.begin();
  resolve();
  await disk.idle();
  expect(told.checkpoints).toEqual([indexOf(1, 100)]);
  expect(disk.calls).not.toContain('trim');
  incoming.drop();
  await expect.poll(() => replica.first).toBeGreaterThan(indexOf(1, 0));
  expect(told).toEqual({ checkpoints: [indexOf(1, 100)], failures: [], untrimmed: [], broken: [] });
});

test('what a trim has taken is gone, and known to be, though its answer came too late', async () => {
  const { replica, told } = await openLeader(disk, { checkpointRecords: 60 });
  const store = disk.store;
  const trim = store.trim.bind(store);
  store.trim = (...args) => {
    trim(...args);
    throw new StoreDeadlineError('trim', 1);
  };
  await live(replica, 200);
  await disk.idle();
  expect(told).toMatchObject({ failures: [], broken: [] });
  const asked = indexOf(1, 5);
  expect(replica.first).toBeLessThanOrEqual(asked);
  expect(await replica.readLog(asked, { records: 10, bytes: 1000 })).toBe('gone');
  expect(replica.first).toBeGreaterThan(asked);
  expect(replica.status().log).toEqual(store.state().log);
});
