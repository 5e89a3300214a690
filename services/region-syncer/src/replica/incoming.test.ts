import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf } from '../log/index.ts';
import { OverlapError } from '../regions/region-load.ts';
import {
  blocks,
  Disk,
  openReplica,
  ours,
  pd,
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

/** A follower that holds something at index 1:40. */
async function follower(): Promise<Replica> {
  const { replica } = await openReplica(disk);
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(6, 1)));
  await incoming.complete(indexOf(1, 30), ours);
  await replica.apply(runOf(regionsSideBySide(6, 2).slice(2, 4)), indexOf(1, 30), 'all');
  await settled(replica);
  return replica;
}

/** Everything there is to see of a copy. */
function state(replica: Replica) {
  const { next, durable, source, first } = replica;
  return { next, durable, source, first, regions: shown(replica.regions) };
}

test('a snapshot takes the place of all that was there, at once and over a kill', async () => {
  const replica = await follower();
  const before = shown(replica.regions);
  const news = regionsSideBySide(50, 9);
  const incoming = replica.begin();
  for (let at = 0; at < 50; at += 10) {
    await incoming.stage(runOf(news.slice(at, at + 10)));
    expect(incoming.size).toBe(at + 10);
    expect(shown(replica.regions)).toEqual(before);
  }
  await incoming.complete(indexOf(2, 7), ours);
  expect(state(replica)).toEqual({
    next: indexOf(2, 7),
    durable: indexOf(2, 7),
    source: ours,
    first: indexOf(2, 7),
    regions: blocks(news),
  });
  expect(replica.lineage.terms()).toEqual([{ term: 2, end: indexOf(2, 7) }]);
  await replica.apply(runOf([region(1, '', '0001', { load: 3n })]), indexOf(2, 7), 'all');
  await settled(replica);
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('what waits while a term is kept is not written behind the snapshot that takes its place', async () => {
  const replica = await follower();
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(10, 9)));
  const { promise: put, resolve: release } = Promise.withResolvers<void>();
  disk.gate = (method) => (method === 'putGeneration' ? put : undefined);
  const isPutting = disk.called('putGeneration');
  const completed = incoming.complete(indexOf(2, 7), ours);
  await isPutting;
  // The store is asked to keep the term before it is asked for the flip, and answers before that, too.
  replica.seeTerm(2);
  await replica.apply(runOf([region(1, '', '0001', { load: 3n })]), indexOf(1, 32), 'all');
  await new Promise((resolve) => setImmediate(resolve));
  release();
  await completed;
  await replica.apply(runOf([region(1, '', '0001', { load: 4n })]), indexOf(2, 7), 'all');
  await settled(replica);
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('a refusal is over, too, when what was refused is forgotten while nothing is appended', async () => {
  const replica = await follower();
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(10, 9)));
  const { promise: isFlipping, resolve: flips } = Promise.withResolvers<void>();
  const { promise: flipped, reject: refuse } = Promise.withResolvers<never>();
  const full = new StoreFaultError('see a term', 'disk-full', 'SQLITE_FULL', 'full');
  disk.gate = (method) => {
    if (method === 'seeTerm') throw full;
    if (method !== 'flip') return;
    flips();
    return flipped;
  };
  replica.seeTerm(9);
  await expect.poll(() => replica.degraded).toBeDefined();
  const completed = incoming.complete(indexOf(9, 0), ours);
  await isFlipping;
  replica.forgetTerms(1);
  expect(replica.degraded).toBeDefined();
  const isRefused = expect(completed).rejects.toBe(full);
  refuse(full);
  await isRefused;
  await expect.poll(() => replica.degraded).toBeUndefined();
});

test('a snapshot without regions leaves none', async () => {
  const replica = await follower();
  await replica.begin().complete(indexOf(2, 0), ours);
  expect(replica.regions.size).toBe(0);
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('records that came after a snapshot are put on top of it one by one, also after a kill', async () => {
  const replica = await follower();
  const incoming = replica.begin();
  await incoming.stage(runOf([region(2, 'm', ''), region(1, '', 'm')]));
  // Region 2 takes all and gives the first half back: nobody has that half then, so region 1 must not be seen again.
  const wide = region(2, '', '', { version: 3n });
  const back = region(2, 'm', '', { version: 4n });
  expect(await incoming.catchUp(runOf([wide]), indexOf(2, 7), 'all')).toEqual({
    applied: 1,
    stale: 0,
    superseded: 0,
  });
  await incoming.catchUp(runOf([back]), indexOf(2, 8), 'all');
  expect(incoming.size).toBe(1);
  await incoming.complete(indexOf(2, 9), ours);
  expect(shown(replica.regions)).toEqual(blocks([back]));
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('what a PD sent twice or out of order is judged the same way after a kill', async () => {
  const replica = await follower();
  const incoming = replica.begin();
  await incoming.stage(runOf([region(1, '', 'm'), region(2, 'k', ''), region(3, 'a', 'b')]));
  await incoming.stage(runOf([region(1, '', 'k', { version: 3n })], 2));
  const older = region(2, 'j', '', { version: 1n, confVer: 7n });
  expect(await incoming.catchUp(runOf([older, region(4, 'x', '', { version: 9n })]), 70, 'judged')).toEqual({
    applied: 1,
    stale: 1,
    superseded: 0,
  });
  await incoming.complete(72, pd);
  expect(state(await reopen(disk))).toEqual(state(replica));
  expect(replica.source).toEqual(pd);
});

test('regions that overlap in a snapshot of ours are refused, and what was there stays', async () => {
  const replica = await follower();
  const before = state(replica);
  const incoming = replica.begin();
  await incoming.stage(runOf([region(1, '', 'm'), region(2, 'k', '')]));
  await expect(incoming.complete(indexOf(2, 7), ours)).rejects.toThrow(OverlapError);
  incoming.drop();
  expect(state(replica)).toEqual(before);
  expect(state(await reopen(disk))).toEqual(before);
});

test('an index that the source cannot have is refused', async () => {
  const replica = await follower();
  const incoming = replica.begin();
  await expect(incoming.complete(7, ours)).rejects.toThrow(RangeError);
  incoming.drop();
  expect(replica.next).toBe(indexOf(1, 32));
});

test.each(['putGeneration', 'flip'] as const)(
  'killed at %s, what was there is there again',
  async (method) => {
    const replica = await follower();
    const before = state(replica);
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.gate = (called) => {
      if (called !== method) return;
      resolve();
      return new Promise(() => {});
    };
    const incoming = replica.begin();
    void (async () => {
      await incoming.stage(runOf(regionsSideBySide(100, 9)));
      await incoming.complete(indexOf(2, 7), ours);
    })();
    await promise;
    expect(state(await reopen(disk))).toEqual(before);
  },
);

test('killed right after the flip, the snapshot is there, and goes on from its index', async () => {
  const replica = await follower();
  const dies = Promise.withResolvers<void>();
  disk.failpoint = (point) => {
    if (point === 'generation.after-flip') dies.resolve();
  };
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(3, 9)));
  void incoming.complete(indexOf(2, 7), ours);
  await dies.promise;
  const again = await reopen(disk);
  expect([again.next, shown(again.regions)]).toEqual([indexOf(2, 7), blocks(regionsSideBySide(3, 9))]);
  await again.apply(runOf(regionsSideBySide(1, 10)), indexOf(2, 7), 'all');
  await settled(again);
  expect(state(await reopen(disk))).toEqual(state(again));
});

test('what is dropped leaves nothing, and another can begin at once', async () => {
  const replica = await follower();
  const before = state(replica);
  const first = replica.begin();
  await first.stage(runOf(regionsSideBySide(100, 8)));
  first.drop();
  await expect(first.stage(runOf(regionsSideBySide(1)))).rejects.toThrow('over');
  expect(state(replica)).toEqual(before);
  const news = regionsSideBySide(20, 9);
  const second = replica.begin();
  await second.stage(runOf(news));
  await second.complete(indexOf(2, 7), ours);
  expect(shown(replica.regions)).toEqual(blocks(news));
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('one that is begun takes the place of one that is not complete', async () => {
  const replica = await follower();
  const first = replica.begin();
  const staged = first.stage(runOf(regionsSideBySide(200, 8)));
  const outcome = expect(staged).rejects.toThrow('dropped');
  const second = replica.begin();
  await outcome;
  await second.stage(runOf(regionsSideBySide(2, 9)));
  await second.complete(indexOf(2, 7), ours);
  expect(state(await reopen(disk))).toEqual(state(replica));
  expect(shown(replica.regions)).toEqual(blocks(regionsSideBySide(2, 9)));
});

test('at most two pieces are on their way to disk', async () => {
  const replica = await follower();
  const { promise, resolve } = Promise.withResolvers<void>();
  const writes = disk.called('putGeneration');
  disk.gate = (method) => (method === 'putGeneration' ? promise : undefined);
  const incoming = replica.begin();
  let staged = 0;
  const staging = (async () => {
    for (; staged < 100; staged++) await incoming.stage(runOf(regionsSideBySide(10, staged)));
  })();
  await writes;
  for (let before = -1; before !== staged; ) {
    before = staged;
    await new Promise((turn) => setImmediate(turn));
  }
  // Five frames make a piece; the eleventh finds two on their way.
  expect(staged).toBe(10);
  resolve();
  await staging;
  incoming.drop();
});

test('a disk that is full ends a snapshot, and what was there goes on', async () => {
  const replica = await follower();
  const before = state(replica);
  for (const point of ['generation.piece', 'generation.before-flip'] as const) {
    disk.failpoint = (passed) => {
      if (passed === point) throw new StoreFaultError('write', 'disk-full', 'SQLITE_FULL', 'full');
    };
    const incoming = replica.begin();
    const taken = async () => {
      await incoming.stage(runOf(regionsSideBySide(10, 9)));
      await incoming.complete(indexOf(2, 7), ours);
    };
    await expect(taken()).rejects.toThrow('full');
    incoming.drop();
    expect(state(replica)).toEqual(before);
  }
  disk.failpoint = () => {};
  await replica.apply(runOf(regionsSideBySide(1, 10)), indexOf(1, 32), 'all');
  await settled(replica);
  expect(state(await reopen(disk))).toEqual(state(replica));
});

test('what waited for the disk is not written into the history that takes its place', async () => {
  const replica = await follower();
  disk.failpoint = (point) => {
    if (point === 'log.append.before-commit')
      throw new StoreFaultError('append', 'disk-full', 'SQLITE_FULL', 'full');
  };
  await replica.apply(runOf(regionsSideBySide(6, 5)), indexOf(1, 32), 'all');
  const incoming = replica.begin();
  await incoming.stage(runOf(regionsSideBySide(3, 9)));
  await incoming.complete(indexOf(2, 7), ours);
  disk.failpoint = () => {};
  await replica.apply(runOf(regionsSideBySide(1, 10)), indexOf(2, 7), 'all');
  await settled(replica);
  expect(state(await reopen(disk))).toEqual(state(replica));
});
