import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { ReplacedError } from './replaced-error.ts';
import {
  blocks,
  Disk,
  member,
  never,
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

let disk: Disk;

beforeEach(() => {
  disk = new Disk();
});
afterEach(() => disk[Symbol.dispose]());

/** Holds the appends back until it is called. */
function holdAppends(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  disk.gate = (method) => (method === 'append' ? promise : undefined);
  return () => {
    disk.gate = () => {};
    resolve();
  };
}

/** The disk refuses the next `count` appends. */
function refuseAppends(
  count: number,
  error: Error = new StoreFaultError('append', 'disk-full', 'SQLITE_FULL', 'full'),
) {
  disk.gate = (method) => {
    if (method === 'append' && count-- > 0) throw error;
  };
}

const appends = () => disk.calls.filter((method) => method === 'append').length;

test('an append takes all that came in one turn', async () => {
  const { replica } = await openLeader(disk);
  for (const model of regionsSideBySide(10)) {
    record(replica, model);
    await Promise.resolve();
  }
  await settled(replica);
  expect(appends()).toBe(1);
});

test('one append is under way at a time, and the next takes all that came meanwhile', async () => {
  const { replica } = await openLeader(disk);
  const release = holdAppends();
  for (const model of regionsSideBySide(10)) record(replica, model);
  await expect.poll(appends).toBe(1);
  for (const model of regionsSideBySide(10, 1)) record(replica, model);
  expect(replica.status().pending.records).toBe(20);
  release();
  await settled(replica);
  expect(appends()).toBe(2);
  expect(replica.status()).toMatchObject({
    pending: { records: 0, bytes: 0 },
    commits: { count: 2, failed: 0 },
  });
});

test('an append waits for more, but not once a chunk of it is whole', async () => {
  const { replica } = await openLeader(disk, { gatherMs: 3_000, chunk: { records: 8, bytes: 1024 } });
  for (const model of regionsSideBySide(3)) record(replica, model);
  await disk.idle();
  expect(appends()).toBe(0);
  for (const model of regionsSideBySide(10, 1)) record(replica, model);
  await expect.poll(appends, { timeout: 1_000 }).toBe(1);
  await settled(replica);
  expect(replica.status().pending.records).toBe(0);
});

test('readers are woken after a commit and see nothing before it', async () => {
  const { replica } = await openLeader(disk);
  const limit = { records: 100, bytes: 100_000 };
  const seen: unknown[] = [];
  replica.onCommitted(() => {
    const read = replica.read(indexOf(1, 0), limit);
    seen.push([typeof read === 'string' ? read : read.count, replica.durable]);
  });
  const release = holdAppends();
  record(replica, region(1, '', ''));
  await disk.called('append');
  for (const model of regionsSideBySide(2)) record(replica, model);
  expect(replica.read(indexOf(1, 0), limit)).toBe('caught up');
  release();
  await settled(replica);
  expect(seen).toEqual([
    [1, indexOf(1, 1)],
    [3, indexOf(1, 3)],
  ]);
});

test('an append has the digest of what it takes, not of what comes while the disk writes', async () => {
  const { replica } = await openLeader(disk);
  replica.stampDigests(0);
  const release = holdAppends();
  record(replica, region(1, '', ''));
  const taken = replica.digest.encode();
  await disk.called('append');
  for (const model of regionsSideBySide(5)) record(replica, model);
  const whole = replica.digest.encode();
  release();
  await settled(replica);
  const limit = { records: 100, bytes: 100_000 };
  expect(replica.read(indexOf(1, 0), limit)).toMatchObject({ count: 1, digest: taken });
  expect(replica.read(indexOf(1, 1), limit)).toMatchObject({ count: 5, digest: whole });
});

test('an append that is written late has the digest of when it was taken', async () => {
  const { replica } = await openLeader(disk);
  replica.stampDigests(60_000);
  refuseAppends(2);
  record(replica, region(1, '', ''));
  const taken = replica.digest.encode();
  await disk.called('append');
  for (const model of regionsSideBySide(5)) record(replica, model);
  await settled(replica);
  const limit = { records: 100, bytes: 100_000 };
  expect(replica.read(indexOf(1, 0), limit)).toMatchObject({ count: 1, digest: taken });
  expect(replica.read(indexOf(1, 1), limit)).not.toHaveProperty('digest');
});

test('a refusal is over when what was refused is not wanted any more', async () => {
  const { replica } = await openLeader(disk);
  disk.gate = (method) => {
    if (method === 'seeTerm') throw new StoreFaultError('see a term', 'disk-full', 'SQLITE_FULL', 'full');
  };
  replica.seeTerm(9);
  await expect.poll(() => replica.degraded).toBeDefined();
  replica.forgetTerms(1);
  await expect.poll(() => replica.degraded).toBeUndefined();
});

test('what a full disk refuses is kept, told, and written when there is room', async () => {
  const { replica } = await openLeader(disk);
  const told: unknown[] = [];
  replica.onDegraded((error) => told.push([error?.cause, replica.status().pending.records, replica.durable]));
  const refused: string[] = [];
  replica.onRefused(({ message }) => refused.push(message));
  refuseAppends(3);
  const models = regionsSideBySide(12);
  for (const model of models) record(replica, model);
  await settled(replica);
  expect(replica.degraded).toBe(undefined);
  const full = [{ fault: 'disk-full', code: 'SQLITE_FULL' }, 12, indexOf(1, 0)];
  expect(told).toEqual([full, [undefined, 12, indexOf(1, 0)]]);
  expect(refused).toHaveLength(3);
  expect(replica.status().commits.failed).toBe(3);
  const again = await reopen(disk);
  expect(again.next).toBe(indexOf(1, 12));
  expect(shown(again.regions)).toEqual(blocks(models));
});

test('an append that is written though its answer is late is not written again', async () => {
  const { replica, told } = await openLeader(disk);
  const store = disk.store;
  const append = store.append.bind(store);
  let late = 2;
  store.append = (chunks) => {
    const next = append(chunks);
    if (late-- > 0) throw new StoreDeadlineError('append', 1);
    return next;
  };
  for (const model of regionsSideBySide(12)) record(replica, model);
  await settled(replica);
  expect(told.broken).toEqual([]);
  const again = await reopen(disk);
  expect(again.next).toBe(indexOf(1, 12));
  expect(again.status().log.records).toBe(12);
});

test('an append that is not written and not answered is written again', async () => {
  const { replica } = await openLeader(disk);
  refuseAppends(2, new StoreDeadlineError('append', 1));
  for (const model of regionsSideBySide(12)) record(replica, model);
  await settled(replica);
  expect((await reopen(disk)).next).toBe(indexOf(1, 12));
});

test('an answer that can never be is the end: nothing more is written', async () => {
  const { replica, told } = await openLeader(disk);
  refuseAppends(1, new RangeError('does not continue'));
  record(replica, region(1, '', ''));
  await expect.poll(() => told.broken.map(({ message }) => message)).toEqual(['does not continue']);
  for (const model of regionsSideBySide(3)) record(replica, model);
  await new Promise((resolve) => setImmediate(resolve));
  expect(appends()).toBe(1);
});

test('too much that waits is pressure, until half of it is gone', async () => {
  const { replica } = await openLeader(disk, { pendingBytes: 1000 });
  const told: boolean[] = [];
  replica.onPressed((pressed) => told.push(pressed));
  const release = holdAppends();
  while (!replica.pressed) record(replica, region(1, '', ''));
  expect(replica.status().pending.bytes).toBeGreaterThan(1000);
  release();
  await settled(replica);
  expect(told).toEqual([true, false]);
});

test('who waits for a position hears when it is durable, gives up with the signal, or is told of another history', async () => {
  const { replica } = await openLeader(disk);
  const release = holdAppends();
  record(replica, region(1, '', ''));
  const waits = replica.whenDurable(indexOf(1, 1), never);
  const abort = new AbortController();
  const givesUp = replica.whenDurable(indexOf(1, 1), abort.signal);
  abort.abort(new Error('enough'));
  await expect(givesUp).rejects.toThrow('enough');
  release();
  await waits;
  const tooFar = replica.whenDurable(indexOf(1, 9), never);
  const outcome = expect(tooFar).rejects.toThrow(ReplacedError);
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(3)));
  await incoming.complete(indexOf(4, 4), { kind: 'ours', member });
  await outcome;
  expect(replica.durable).toBe(indexOf(4, 4));
});

test('disposing writes what waits, but does not wait for a disk that refuses', async () => {
  const first = await openLeader(disk);
  for (const model of regionsSideBySide(12)) record(first.replica, model);
  await first.replica[Symbol.asyncDispose]();
  disk.crash();
  const { replica } = await openReplica(disk);
  expect(replica.next).toBe(indexOf(1, 12));
  await replica.beginTerm(member, never);
  refuseAppends(Number.POSITIVE_INFINITY);
  for (const model of regionsSideBySide(12)) record(replica, model);
  await replica[Symbol.asyncDispose]();
  expect(replica.degraded?.message).toContain('full');
});
