import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firstOfTerm, indexOf } from '../log/index.ts';
import {
  blocks,
  Disk,
  member,
  never,
  openFollower,
  openLeader,
  openReplica,
  ours,
  pd,
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

describe('a leader', () => {
  test('has a term before it has a record, and each start has another', async () => {
    const { replica: first } = await openLeader(disk);
    expect(first.next).toBe(firstOfTerm(1));
    expect(first.durable).toBe(firstOfTerm(1));
    expect(first.source).toEqual({ kind: 'ours', member });
    const second = await reopen(disk);
    expect(second.next).toBe(firstOfTerm(1));
    expect(await second.beginTerm(member, never)).toBe(2);
    expect(second.lineage.judge(firstOfTerm(1))).toEqual({ kind: 'in-sync' });
  });

  test('numbers records one after the other, and what is durable is there after a kill', async () => {
    const { replica } = await openLeader(disk);
    const models = regionsSideBySide(20);
    expect(models.map((model) => record(replica, model))).toEqual(models.map((_, seq) => indexOf(1, seq)));
    expect(replica.durable).toBe(indexOf(1, 0));
    await settled(replica);
    expect(replica.durable).toBe(indexOf(1, 20));
    const again = await reopen(disk);
    expect(again.next).toBe(indexOf(1, 20));
    expect(shown(again.regions)).toEqual(blocks(models));
    expect(again.digest.equals(replica.digest)).toBe(true);
  });

  test('goes on in a new term after a restart, over which its history can be told', async () => {
    const { replica } = await openLeader(disk);
    record(replica, region(1, '', ''));
    await settled(replica);
    const again = await reopen(disk);
    await again.beginTerm(member, never);
    expect(record(again, region(1, '', '', { leader: 2n }))).toBe(indexOf(2, 0));
    await settled(again);
    expect(again.lineage.judge(indexOf(1, 1))).toEqual({ kind: 'known', from: indexOf(2, 0) });
    expect(again.first).toBe(indexOf(1, 0));
    const limit = { records: 10, bytes: 10_000 };
    expect(again.read(indexOf(1, 1), limit)).toMatchObject({ first: indexOf(2, 0), count: 1 });
    expect(again.read(indexOf(1, 0), limit)).toBe('older');
    expect(await again.readLog(indexOf(1, 0), limit)).toMatchObject([
      { first: indexOf(1, 0), count: 1 },
      { first: indexOf(2, 0), count: 1 },
    ]);
    expect((await reopen(disk)).next).toBe(indexOf(2, 1));
  });

  test('reads from memory that nothing follows, though terms have begun that have no records', async () => {
    const { replica } = await openLeader(disk);
    record(replica, region(1, '', ''));
    await settled(replica);
    await (await reopen(disk)).beginTerm(member, never);
    const again = await reopen(disk);
    await again.beginTerm(member, never);
    const limit = { records: 10, bytes: 10_000 };
    const positions = [indexOf(1, 1), indexOf(2, 0), indexOf(3, 0)];
    expect(positions.map((position) => again.read(position, limit))).toEqual(
      positions.map(() => 'caught up'),
    );
    expect([again.end, again.next]).toEqual([indexOf(1, 1), indexOf(3, 0)]);
    record(again, region(1, '', '', { leader: 2n }));
    await settled(again);
    for (const position of positions)
      expect(again.read(position, limit)).toMatchObject({ first: indexOf(3, 0), count: 1 });
  });

  test('begins another term when there is no room in this one', async () => {
    const { replica } = await openLeader(disk);
    const incoming = replica.begin();
    await incoming.complete(indexOf(7, 2 ** 36 - 2), { kind: 'ours', member });
    expect(record(replica, region(1, '', 'k'))).toBe(indexOf(7, 2 ** 36 - 2));
    expect(record(replica, region(2, 'k', ''))).toBe(indexOf(8, 0));
    await settled(replica);
    expect((await reopen(disk)).next).toBe(indexOf(8, 1));
  });

  test('tells what changed since an index', async () => {
    const { replica } = await openLeader(disk);
    for (const model of regionsSideBySide(4)) record(replica, model);
    record(replica, region(2, '0001', '0003', { version: 3n }));
    const { capture, removed, position } = replica.captureSince(indexOf(1, 3));
    using _ = capture;
    expect(position).toBe(indexOf(1, 5));
    expect(capture.count).toBe(2);
    expect([removed.length, removed.lo(0)]).toEqual([1, 3]);
    await settled(replica);
  });

  test('keeps a term that it has heard of, also when nothing else is written', async () => {
    const { replica } = await openReplica(disk);
    replica.seeTerm(9);
    expect(replica.term).toBe(9);
    await replica[Symbol.asyncDispose]();
    expect(await (await reopen(disk)).beginTerm(member, never)).toBe(10);
  });
});

describe('a follower', () => {
  test('applies records as they come and finds them again', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    const news = regionsSideBySide(10, 1).slice(2, 9);
    expect(await replica.apply(runOf(news), indexOf(3, 7), 'all')).toEqual({
      applied: 7,
      stale: 0,
      superseded: 0,
    });
    expect(replica.next).toBe(indexOf(3, 14));
    const expected = blocks(regionsSideBySide(10).map((old) => news.find(({ id }) => id === old.id) ?? old));
    expect(shown(replica.regions)).toEqual(expected);
    await settled(replica);
    const again = await reopen(disk);
    expect(again.next).toBe(indexOf(3, 14));
    expect(again.source).toEqual(ours);
    expect(shown(again.regions)).toEqual(expected);
  });

  test('passes over what it has, and takes no record whose predecessor is missing', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    const news = runOf(regionsSideBySide(3, 1));
    await replica.apply(news, indexOf(3, 7), 'all');
    const before = shown(replica.regions);
    expect(await replica.apply(runOf(regionsSideBySide(3, 2)), indexOf(3, 7), 'all')).toEqual({
      applied: 0,
      stale: 0,
      superseded: 3,
    });
    await expect(replica.apply(news, indexOf(3, 11), 'all')).rejects.toThrow('do not continue');
    expect(shown(replica.regions)).toEqual(before);
    expect(replica.next).toBe(indexOf(3, 10));
    const overlapping = await replica.apply(runOf(regionsSideBySide(5, 3)), indexOf(3, 8), 'all');
    expect(overlapping).toEqual({ applied: 3, stale: 0, superseded: 2 });
    expect(replica.next).toBe(indexOf(3, 13));
    await settled(replica);
  });

  test('goes over to a newer term with its first record, or without one', async () => {
    const replica = await openFollower(disk, indexOf(3, 7), ours);
    await replica.apply(runOf(regionsSideBySide(2, 1)), indexOf(4, 0), 'all');
    await settled(replica);
    replica.move(firstOfTerm(6));
    expect([replica.next, replica.durable, replica.end, replica.term]).toEqual([
      firstOfTerm(6),
      firstOfTerm(6),
      indexOf(4, 2),
      6,
    ]);
    expect(() => replica.move(indexOf(7, 3))).toThrow(RangeError);
    expect(() => replica.move(firstOfTerm(5))).toThrow(RangeError);
    await replica[Symbol.asyncDispose]();
    const again = await reopen(disk);
    expect([again.next, again.term]).toEqual([indexOf(4, 2), 6]);
    expect(again.lineage.terms()).toEqual([
      { term: 3, end: indexOf(3, 7) },
      { term: 4, end: indexOf(4, 2) },
    ]);
  });

  test('of a PD judges what comes, again after a restart, and keeps the places of what could not stand', async () => {
    const replica = await openFollower(disk, 500, pd);
    const stale = region(1, '', '0001', { version: 1n, confVer: 2n, load: 9n });
    const news = [region(2, '0001', '0002', { load: 9n }), stale, region(3, '0002', '0003', { version: 7n })];
    expect(await replica.apply(runOf(news, 2), 500, 'judged')).toEqual({
      applied: 2,
      stale: 1,
      superseded: 0,
    });
    expect(replica.next).toBe(505);
    const before = shown(replica.regions);
    expect(before).toContain(blocks(news)[0]);
    expect(before).not.toContain(blocks(news)[1]);
    await settled(replica);
    const again = await reopen(disk);
    expect([again.next, again.source]).toEqual([505, pd]);
    expect(shown(again.regions)).toEqual(before);
    expect(again.status().log).toMatchObject({ records: 5 });
  });

  test('takes over from a PD with a term of its own, and the regions stay', async () => {
    const replica = await openFollower(disk, 500, pd);
    await replica.apply(runOf(regionsSideBySide(4, 1)), 500, 'judged');
    await settled(replica);
    const before = shown(replica.regions);
    const began = disk.calls.length;
    expect(await replica.beginTerm(member, never)).toBe(1);
    expect(replica.next).toBe(firstOfTerm(1));
    // The power may take the flip back, but not the term.
    expect(disk.calls.slice(began)[0]).toBe('seeTerm');
    expect(disk.calls.slice(began)).toContain('flip');
    expect(record(replica, region(1, '', '0001', { load: 9n }))).toBe(indexOf(1, 0));
    await settled(replica);
    const again = await reopen(disk);
    expect([again.next, again.source]).toEqual([indexOf(1, 1), { kind: 'ours', member }]);
    expect(shown(again.regions).slice(1)).toEqual(before.slice(1));
    expect(again.deltaFloor).toBe(firstOfTerm(1));
  });

  test('that did not lead in time takes over as if it had not tried', async () => {
    const replica = await openFollower(disk, 500, pd, { checkpointRecords: 5 });
    disk.gate = (method) => {
      if (method === 'flip') throw new StoreFaultError('flip', 'disk-full', 'SQLITE_FULL', 'full');
    };
    const lost = new AbortController();
    const attempt = replica.beginTerm(member, lost.signal);
    await disk.called('flip');
    lost.abort(new Error('the leadership is lost'));
    await expect(attempt).rejects.toThrow('the leadership is lost');
    expect([replica.next, replica.end, replica.durable, replica.source]).toEqual([500, 500, 500, pd]);
    disk.gate = () => {};
    await replica.apply(runOf(regionsSideBySide(6, 1)), 500, 'judged');
    await settled(replica);
    await expect.poll(() => replica.applied).toBe(506);
    expect(await replica.beginTerm(member, never)).toBe(1);
    expect(record(replica, region(1, '', '0001', { load: 9n }))).toBe(indexOf(1, 0));
    await settled(replica);
    const again = await reopen(disk);
    expect([again.next, again.source]).toEqual([indexOf(1, 1), { kind: 'ours', member }]);
  });
});
