// F14: disks that are full, or refuse. Nothing that is not on the leader's is sent, and nothing is lost when it mends.

import { statSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { indexOf } from '../../services/region-syncer/src/log/index.ts';
import { chunkOf } from '../../services/region-syncer/src/log/run.fixture.ts';
import { identity, openStore, storeOptions } from '../../services/region-syncer/src/store/store.fixture.ts';
import { SmallDisk } from '../small-disk.ts';
import { MemberUnderTest } from './member-under-test.ts';
import { expectBalanced, expectSame } from './same.ts';
import { Stores } from './stores.ts';

const layout = { count: 500, keyBytes: 500 };
const disk = SmallDisk.mount(24);

afterAll(() => disk?.[Symbol.dispose]());

test.skipIf(disk === undefined)(
  'F14: a leader whose disk is full sends nothing that it could forget, and takes what waited when there is room',
  async () => {
    await using leader = await MemberUnderTest.leader({}, disk?.directory('leader'));
    await using follower = await MemberUnderTest.follower(leader.address);
    using stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
    disk?.fill(64 << 10);
    for (let round = 1; round <= 5; round++) stores.tellAll(round);
    const full = await leader.becomes('the disk refusing', ({ lastError }) => lastError?.message !== '');
    expect(full.lastError?.message).toMatch(/full|disk/i);
    expect([full.ready, full.notReadyReason]).toEqual([false, expect.stringContaining('the disk refuses')]);
    expect(full.durableIndex).toBeLessThan(full.nextIndex);
    expect((await follower.status()).nextIndex).toBeLessThanOrEqual(full.durableIndex);
    expect((await follower.status()).ready).toBe(true);
    disk?.makeRoom();
    await stores.settled();
    await expectSame(leader, [follower]);
    expect((await leader.status()).ready).toBe(true);
    expect((await follower.status()).joins?.snapshot).toBe(1n);
  },
);

test.skipIf(disk === undefined)(
  'F14: a follower whose disk is full is not ready, keeps its index, and goes on when there is room',
  async () => {
    await using leader = await MemberUnderTest.leader();
    await using follower = await MemberUnderTest.follower(leader.address, {}, disk?.directory('follower'));
    using stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
    disk?.fill(64 << 10);
    for (let round = 1; round <= 5; round++) stores.tellAll(round);
    await stores.settled();
    const full = await follower.becomes('not being ready', ({ ready }) => !ready);
    expect(full.notReadyReason).toMatch(/the disk refuses/);
    expect((await follower.regions()).length).toBe(0);
    // A restart would find what it found at first.
    await follower.kill();
    await follower.restart();
    await follower.becomes('reading its copy', ({ regions }) => regions === BigInt(layout.count));
    disk?.makeRoom();
    await expectSame(leader, [follower]);
    expect((await follower.status()).joins).toMatchObject({ snapshot: 0n });
  },
);

test.skipIf(disk === undefined)(
  'F14: what SQLite cannot move from its log into the file stays in the log, and is moved before anything is added',
  () => {
    const directory = disk?.directory('store') ?? '';
    using store = openStore(directory, { walPages: 20 });
    store.identify(identity);
    const first = indexOf(store.startTerm(0), 0);
    const pages = () => Math.floor(statSync(storeOptions(directory).file).size / 4096);
    const records = () => {
      const read = store.readLog(first, 1_000, 1 << 20);
      return read === 'gone' ? 0 : read.reduce((sum, { count }) => sum + count, 0);
    };
    const before = pages();
    for (let i = 0; i < 30; i++) store.append([chunkOf(first + i, 1, 4_000)]);
    disk?.fill(0);
    store.tidy();
    expect(pages()).toBeLessThan(before + 30);
    expect(records()).toBe(30);
    expect(() => store.append([chunkOf(first + 30, 1)])).toThrow('disk is full');
    disk?.makeRoom();
    store.append([chunkOf(first + 30, 1)]);
    expect(pages()).toBeGreaterThanOrEqual(before + 30);
    expect(records()).toBe(31);
  },
);

test('F14: a snapshot that does not fit leaves the copy as it was; with more room it is taken', async () => {
  await using leader = await MemberUnderTest.leader();
  // The log has 13 MB: a snapshot of 7 does not fit.
  await using follower = await MemberUnderTest.follower(leader.address, { disk: '16MiB' });
  using stores = await Stores.join(leader, { count: 2_200, keyBytes: 1_500 });
  for (let round = 0; round < 2; round++) stores.tellAll(round);
  await stores.settled();
  await expectSame(leader, [follower]);
  const { regions } = await follower.status();
  await follower.reset();
  const refused = await follower.becomes('the disk refusing', ({ lastError }) =>
    /store_failed|full/.test(lastError?.message ?? ''),
  );
  expect([refused.ready, refused.regions]).toEqual([false, regions]);
  expect((await follower.staleRegions()).length).toBe(2_200);
  await follower.restart({ disk: '64MiB' });
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test.for(['leader', 'follower'] as const)(
  'F14: writes that fail at a %s now and then are written in the end, once',
  async (failing) => {
    const failpoints = 'log.append.before-commit=error:no such disk@2;generation.piece=error:no such disk@1';
    const faults = (of: typeof failing) => (of === failing ? { failpoints, checkpointRecords: '300' } : {});
    await using leader = await MemberUnderTest.leader(faults('leader'));
    await using follower = await MemberUnderTest.follower(leader.address, faults('follower'));
    using stores = await Stores.join(leader, layout);
    for (let round = 0; round < 6; round++) {
      stores.tellAll(round);
      await stores.settled();
    }
    await expectSame(leader, [follower]);
    const { lastError } = await (failing === 'leader' ? leader : follower).status();
    expect(lastError?.message).toContain('no such disk');
    expectBalanced(await leader.status());
  },
);
