import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import {
  blocks,
  Disk,
  never,
  openFollower,
  ours,
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

describe('a follower', () => {
  test('takes what changed at once, and what comes then waits until that is kept', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    const merged = [region(1, '', '0003', { version: 5n }), region(9, '0008', '0009', { load: 4n })];
    expect(await replica.delta(runOf(merged), BigUint64Array.of(2n, 3n), indexOf(5, 100), never)).toEqual({
      applied: 2,
      stale: 0,
      superseded: 0,
    });
    expect(replica.next).toBe(indexOf(3, 7));
    replica.rebase(indexOf(5, 100));
    await replica.apply(runOf(regionsSideBySide(10, 2).slice(4, 6)), indexOf(5, 100), 'all');
    expect([replica.next, replica.durable]).toEqual([indexOf(5, 102), indexOf(3, 7)]);
    const expected = shown(replica.regions);
    expect(expected).toHaveLength(8);
    await expect.poll(() => replica.durable).toBe(indexOf(5, 102));
    const again = await reopen(disk);
    expect(again.next).toBe(indexOf(5, 102));
    expect(shown(again.regions)).toEqual(expected);
    expect(again.lineage.terms()).toEqual([{ term: 5, end: indexOf(5, 102) }]);
  });

  test('writes no checkpoint of a delta that is not whole, and one when it is', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours, { checkpointRecords: 5 });
    await replica.delta(runOf([]), BigUint64Array.of(2n, 3n), indexOf(3, 20), never);
    // The stream was lost, and another leader sends the records one by one.
    const news = regionsSideBySide(10, 1);
    await replica.apply(runOf(news.slice(4, 10)), indexOf(3, 7), 'all');
    await settled(replica);
    await disk.idle();
    expect([replica.applied, replica.regions.size]).toEqual([indexOf(3, 7), 8]);
    await replica.apply(runOf([...news.slice(0, 4), ...news.slice(0, 4)]), indexOf(3, 13), 'all');
    await settled(replica);
    await expect.poll(() => replica.applied).toBe(indexOf(3, 21));
    expect(shown((await reopen(disk)).regions)).toEqual(blocks(news));
  });

  test('begins a delta when what the one before has changed is whole on disk', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    const flip = Promise.withResolvers<void>();
    disk.gate = (method) => (method === 'flip' ? flip.promise : undefined);
    await replica.delta(runOf([]), BigUint64Array.of(2n), indexOf(3, 20), never);
    replica.rebase(indexOf(3, 20));
    const next = replica.delta(runOf([]), BigUint64Array.of(3n), indexOf(3, 30), never);
    const given = new AbortController();
    const stopped = replica.delta(runOf([]), BigUint64Array.of(4n), indexOf(3, 30), given.signal);
    given.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    await disk.called('flip');
    expect(replica.regions.size).toBe(9);
    flip.resolve();
    await next;
    expect([replica.durable, replica.regions.size]).toEqual([indexOf(3, 20), 8]);
  });

  test('killed before what changed is kept has what it had', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    const before = shown(replica.regions);
    await replica.delta(runOf([region(1, '', '')]), new BigUint64Array(0), indexOf(3, 50), never);
    disk.gate = (method) => (method === 'flip' ? new Promise(() => {}) : undefined);
    replica.rebase(indexOf(3, 50));
    await replica.apply(runOf([region(1, '', '', { load: 2n })]), indexOf(3, 50), 'all');
    await expect.poll(() => disk.calls.at(-1)).toBe('flip');
    const again = await reopen(disk);
    expect(again.next).toBe(indexOf(3, 7));
    expect(shown(again.regions)).toEqual(before);
  });
});
