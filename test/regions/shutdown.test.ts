// V6, V13: a leader that stops while followers hold it up, and what they are told.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores } from './stores.ts';
import { SyncReader } from './sync-reader.ts';

/** Readers that stopped reading, and one that did not. */
interface Readers extends Disposable {
  readonly stuck: readonly SyncReader[];
  readonly healthy: SyncReader;
}

/** Has three streams of the leader blocked, while a fourth goes on. */
async function blockThree(leader: MemberUnderTest, stores: Stores): Promise<Readers> {
  const stack = new DisposableStack();
  const ask = async (name: string) => stack.use(await SyncReader.ask(leader, { name }));
  const stuck = await Promise.all(['a', 'b', 'c'].map(ask));
  const healthy = await ask('healthy');
  for (const reader of stuck) reader.pause();
  for (let round = 0; round < 4; round++) stores.tellAll(round);
  await stores.settled();
  await leader.becomes(
    'three blocked streams',
    ({ streams }) => streams.filter(({ queuedBytes }) => queuedBytes > 0n).length === 3,
  );
  return { stuck, healthy, [Symbol.dispose]: () => stack.dispose() };
}

const long = { count: 1_000, keyBytes: 500 };

test('V13: with sends blocked on three readers a leader stops within 3 s; who reads is told UNAVAILABLE, who does not is cut', async () => {
  await using leader = await MemberUnderTest.leader({ stall: '60s' });
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using stores = await Stores.join(leader, long);
    using readers = await blockThree(leader, stores);
    await expectSame(leader, [follower]);
    expect((await leader.status()).streams.length).toBe(5);
    const begun = performance.now();
    expect(await leader.service.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect((await readers.healthy.end()).code).toBe(Status.UNAVAILABLE);
    for (const reader of readers.stuck) {
      reader.resume();
      // A status comes after what waits for its reader: these are told by the reset of their streams.
      expect([Status.CANCELLED, Status.UNAVAILABLE]).toContain((await reader.end()).code);
    }
  }
  await follower.becomes('missing its leader', ({ ready, lastError }) => !ready && lastError?.message !== '');
  await leader.restart();
  await expectSame(leader, [follower]);
  expect((await follower.status()).joins?.snapshot).toBe(1n);
});

test('V6: readers that hold a stop up are told UNAVAILABLE when they read on, and the stop waits no longer than that', async () => {
  await using leader = await MemberUnderTest.leader({ stall: '60s', drain: '8s' });
  using stores = await Stores.join(leader, long);
  using readers = await blockThree(leader, stores);
  const begun = performance.now();
  const stopped = leader.service.stop();
  expect((await readers.healthy.end()).code).toBe(Status.UNAVAILABLE);
  for (const reader of readers.stuck) {
    expect(reader.ended).toBeUndefined();
    reader.resume();
    expect((await reader.end()).code).toBe(Status.UNAVAILABLE);
  }
  expect(await stopped).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(8_000);
});

test('a Bootstrap that waits for the disk when the stop comes is answered', async () => {
  await using leader = await MemberUnderTest.leader({ failpoints: 'log.append.before-commit=block:500' });
  const { clusterId } = await leader.ready();
  const region = {
    id: 1n,
    regionEpoch: { confVer: 1n, version: 1n },
    peers: [{ id: 2n, storeId: 1n }],
  };
  const store = { id: 1n, address: 's1' };
  const begun = leader.connection.client(PDDefinition).bootstrap({ header: { clusterId }, store, region });
  await leader.becomes('a region that waits for the disk', ({ ledger }) => ledger?.pending === 1n);
  expect(await leader.service.stop()).toEqual({ code: 0, signal: null });
  expect((await begun).header?.error).toBeUndefined();
});
