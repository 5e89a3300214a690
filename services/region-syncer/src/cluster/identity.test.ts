import { seededRng } from '@syncline/runtime/rng.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { openRegionStore } from '../store/open-region-store.ts';
import { storeOptions } from '../store/store.fixture.ts';
import { Identity, newClusterId, type WantedIdentity } from './identity.ts';

const nothing: WantedIdentity = { clusterId: undefined, memberId: undefined, name: undefined };

async function start(
  directory: string,
  use: (identity: (wanted?: Partial<WantedIdentity>) => Identity) => Promise<void>,
  seed = 1,
): Promise<void> {
  const options = { ...storeOptions(directory), failpoints: '' };
  await using store = await openRegionStore(options, 10_000, () => {});
  const { identity: found } = await store.call('boot');
  await use((wanted) => new Identity({ ...nothing, ...wanted }, found, store, seededRng(seed)));
}

test('a follower knows its cluster once it was told, and the next start finds both ids', async () => {
  await using directory = await tempDir('identity');
  let memberId = 0n;
  await start(directory.path, async (identity) => {
    const fresh = identity();
    expect(fresh.clusterId).toBe(0n);
    await fresh.settle(2n ** 64n - 1n);
    memberId = fresh.memberId;
    expect([fresh.clusterId, memberId > 0n, fresh.name]).toEqual([
      2n ** 64n - 1n,
      true,
      `syncline-${memberId}`,
    ]);
  });
  await start(
    directory.path,
    async (identity) => {
      const found = identity({ name: 'm1' });
      expect([found.clusterId, found.memberId, found.name]).toEqual([2n ** 64n - 1n, memberId, 'm1']);
      await found.settle(2n ** 64n - 1n);
      await expect(found.settle(6n)).rejects.toThrow(
        `cluster id 6: this member's data is of cluster id ${2n ** 64n - 1n}`,
      );
    },
    2,
  );
});

test('settings say who a member is, until they contradict what is kept', async () => {
  await using directory = await tempDir('identity');
  const wanted = { clusterId: 7n, memberId: 9n };
  await start(directory.path, async (identity) => {
    const settled = identity(wanted);
    await expect(settled.settle(8n)).rejects.toThrow('cluster id 8: ');
    await settled.settle(7n);
  });
  await start(directory.path, (identity) => {
    expect(identity(wanted).memberId).toBe(9n);
    expect(() => identity({ clusterId: 8n })).toThrow("cluster id 8: this member's data is of cluster id 7");
    expect(() => identity({ memberId: 8n })).toThrow("member id 8: this member's data is of member id 9");
    return Promise.resolve();
  });
});

test('a cluster id has the seconds since 1970 in its upper half', () => {
  const clock = new VirtualClock();
  const made = newClusterId(clock, seededRng(1));
  expect(made >> 32n).toBe(clock.now() / 1_000_000_000n);
  expect(newClusterId(clock, seededRng(2))).not.toBe(made);
});
