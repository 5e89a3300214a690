// F14: disks that are full, or refuse. Nothing that is not on the leader's is sent, and nothing is lost when it mends.

import { statSync } from 'node:fs';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { afterAll, expect, test } from 'vitest';
import { indexOf } from '../../services/region-syncer/src/log/index.ts';
import { chunkOf } from '../../services/region-syncer/src/log/run.fixture.ts';
import { identity, openStore, storeOptions } from '../../services/region-syncer/src/store/store.fixture.ts';
import { FileBound, SmallDisk } from '../small-disk.ts';
import { MemberUnderTest } from './member-under-test.ts';
import { expectBalanced, expectSame } from './same.ts';
import { Stores } from './stores.ts';

const layout = { count: 500, keyBytes: 500 };
const disk = SmallDisk.mount(24);

afterAll(() => disk?.[Symbol.dispose]());

/** A file that ten rounds of these are too much for, where nothing may be mounted; SQLite calls it a full disk. */
const long = { count: 500, keyBytes: 1_500 };
const small = { disk: '16MiB' };
const roomy = { disk: '64MiB' };

/** Waits until a leader's disk refuses: it says so, and its follower has nothing that it could forget. */
async function expectRefusing(leader: MemberUnderTest, follower: MemberUnderTest): Promise<void> {
  const full = await leader.becomes('the disk refusing', ({ lastError }) => lastError?.message !== '');
  expect(full.lastError?.message).toMatch(/full|disk/i);
  expect([full.ready, full.notReadyReason]).toEqual([false, expect.stringContaining('the disk refuses')]);
  expect(full.durableIndex).toBeLessThan(full.nextIndex);
  expect((await follower.status()).nextIndex).toBeLessThanOrEqual(full.durableIndex);
  expect((await follower.status()).ready).toBe(true);
}

/** Waits until a follower's disk refuses: it shows nothing, and, killed, reads the copy that it has. */
async function expectKeeping(follower: MemberUnderTest, regions: number): Promise<void> {
  await follower.becomes('the disk refusing', ({ ready, notReadyReason }) => {
    return !ready && notReadyReason.includes('the disk refuses');
  });
  expect((await follower.regions()).length).toBe(0);
  // A restart would find what it found at first.
  await follower.kill();
  await follower.restart();
  await follower.becomes('reading its copy', (status) => status.regions === BigInt(regions));
}

test.skipIf(disk === undefined)(
  'F14: a leader whose disk is full sends nothing that it could forget, and takes what waited when there is room',
  async () => {
    await using leader = await MemberUnderTest.leader({}, disk?.directory('leader'));
    await using follower = await MemberUnderTest.follower(leader.address);
    using stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
    disk?.fill(64 << 10);
    for (let round = 1; round <= 5; round++) stores.tellAll(round);
    await expectRefusing(leader, follower);
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
    await expectKeeping(follower, layout.count);
    disk?.makeRoom();
    await expectSame(leader, [follower]);
    expect((await follower.status()).joins).toMatchObject({ snapshot: 0n });
  },
);

test('F14: a leader whose file may not grow sends nothing that it could forget, and goes on when it may', async () => {
  await using leader = await MemberUnderTest.leader(small);
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using stores = await Stores.fill(leader, long);
    await expectSame(leader, [follower]);
    for (let round = 1; round <= 12; round++) stores.tellAll(round);
    await expectRefusing(leader, follower);
  }
  await leader.kill();
  await leader.restart(roomy);
  using stores = await Stores.join(leader, long);
  stores.tellAll(13);
  await stores.settled();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('F14: a follower whose file may not grow is not ready, keeps its index, and goes on when it may', async () => {
  await using leader = await MemberUnderTest.leader();
  await using follower = await MemberUnderTest.follower(leader.address, small);
  using stores = await Stores.fill(leader, long);
  await expectSame(leader, [follower]);
  for (let round = 1; round <= 12; round++) stores.tellAll(round);
  await stores.settled();
  await expectKeeping(follower, long.count);
  await follower.restart(roomy);
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins).toMatchObject({ snapshot: 0n });
});

test('F14: what SQLite cannot move from its log into the file stays in the log, and is moved before anything is added', async () => {
  await using dir = await tempDir('store');
  using store = openStore(dir.path, { walPages: 20 });
  store.identify(identity);
  const first = indexOf(store.startTerm(0), 0);
  const bytes = () => statSync(storeOptions(dir.path).file).size;
  const records = () => {
    const read = store.readLog(first, 1_000, 4 << 20);
    return read === 'gone' ? 0 : read.reduce((sum, { count }) => sum + count, 0);
  };
  const append = (from: number, to: number, afterEach = () => {}) => {
    for (let i = from; i < to; i++) {
      store.append([chunkOf(first + i, 1, 4_000)]);
      afterEach();
    }
  };
  // The bound is for SQLite's log as well: the file has to be the longer one.
  append(0, 200, () => store.tidy());
  const before = bytes();
  append(200, 230);
  {
    using _bound = new FileBound(before);
    store.tidy();
    expect(bytes()).toBe(before);
    expect(records()).toBe(230);
    expect(() => append(230, 231)).toThrow('disk I/O error');
  }
  append(230, 231);
  expect(bytes()).toBeGreaterThanOrEqual(before + 30 * 4_000);
  expect(records()).toBe(231);
});

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
