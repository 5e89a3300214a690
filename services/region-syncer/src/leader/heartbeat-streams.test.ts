import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { HeldCall } from './held-call.fixture.ts';
import { heartbeatOf, type Said, sideBySide } from './world/heartbeats.ts';
import { type LeaderWorld, type LeaderWorldOptions, startLeaderAnywhere } from './world/leader-world.ts';

/** A leader, and a store's stream to it: what the store tells is read, or left unread, before tell() returns. */
async function startWithStore(
  options: Omit<LeaderWorldOptions, 'directory'>,
): Promise<{ w: LeaderWorld; store: HeldCall }> {
  const w = await startLeaderAnywhere(options);
  return { w, store: storeOf(w) };
}

function storeOf({ leader }: LeaderWorld): HeldCall {
  const call = new HeldCall();
  leader.streams.regionHeartbeat(call);
  return call;
}

function tell(store: HeldCall, said: readonly Said[]): void {
  store.tell(...said.map((each) => heartbeatOf(each)));
}

test('heartbeats are left in the network while the disk is behind, and none is lost', async () => {
  const disk = Promise.withResolvers<void>();
  let isHeld = false;
  const { w, store } = await startWithStore({
    replica: { pendingBytes: 5_000 },
    beforeAppend: () => (isHeld ? disk.promise : undefined),
  });
  await using _ = w;
  using _held = { [Symbol.dispose]: () => disk.resolve() };
  isHeld = true;
  const rounds = 20;
  for (let round = 1; round <= rounds; round += 1) tell(store, sideBySide(50, round * 10_000));
  expect([w.replica.pressed, store.isPaused]).toEqual([true, true]);
  expect(w.replica.status().pending.bytes).toBeLessThan(6_000);
  const { received } = w.leader.intake.counts;
  expect(received + store.unread).toBe(rounds * 50 + 1);
  const late = storeOf(w);
  tell(late, sideBySide(1));
  expect([late.unread, w.leader.intake.counts.received]).toEqual([1, received]);
  isHeld = false;
  disk.resolve();
  await w.taken(rounds * 50 + 2);
  expect([store.unread, late.unread, store.isPaused]).toEqual([0, 0, false]);
  const { applied, superseded, stale, quarantined, pending } = w.member.status().ledger;
  expect([applied + superseded + stale, quarantined, pending]).toEqual([rounds * 50 + 2, 0, 0]);
});

test('heartbeats are left in the network while the disk refuses, and are taken when it does not', async () => {
  let refusal: Error | undefined;
  const { w, store } = await startWithStore({
    beforeAppend: () => (refusal === undefined ? undefined : Promise.reject(refusal)),
  });
  await using _ = w;
  refusal = new StoreFaultError('append', 'disk-full', 'SQLITE_FULL', 'full');
  tell(store, sideBySide(1));
  await until(() => w.replica.degraded, { deadlineMs: 5_000, describe: 'the disk refuses', everyMs: 1 });
  expect([w.replica.pressed, store.isPaused]).toEqual([false, true]);
  tell(store, sideBySide(2));
  expect([store.unread, w.leader.intake.counts.received]).toEqual([2, 2]);
  refusal = undefined;
  await w.taken(4);
  expect([store.unread, store.isPaused, w.replica.degraded]).toEqual([0, false, undefined]);
});

test('a store that does not read what it is answered is not read either, until it does', async () => {
  const { w, store } = await startWithStore({});
  await using _ = w;
  tell(store, sideBySide(1));
  const stale = { id: 1, version: 1 };
  store.isTaking = false;
  const count = 3_000;
  tell(
    store,
    Array.from({ length: count }, () => stale),
  );
  expect([store.isPaused, store.written.length + store.unread]).toEqual([true, count]);
  expect(store.queuedBytes).toBeLessThan(129 * 1024);
  const other = storeOf(w);
  tell(other, sideBySide(1));
  expect(other.unread).toBe(0);
  store.take();
  expect(store.written.length).toBeLessThan(count);
  store.isTaking = true;
  store.take();
  expect([store.unread, store.isPaused, store.written.length]).toEqual([0, false, count]);
  expect(w.member.status().ledger).toMatchObject({ stale: count, quarantined: 0 });
});
