// F11: the wall clock of the datastore, or of its device, jumps while the device streams. Times are data: they are what the
// device said, and nothing waits, ends or is dropped by them.

import { SessionState } from '@syncline/proto/datastore.ts';
import { SubscriptionMode } from '@syncline/proto/gnmi.ts';
import type { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { expect, test } from 'vitest';
import { notificationOf } from '../device/device-under-test.ts';
import { everything, FollowedDevice, pathOf, valueAt } from '../northbound/followed-device.ts';

const hourMs = 3_600_000;
/** An hour back, from there two forwards, then a month back: each is longer than anything waits here. */
const steps = [-hourMs, 2 * hourMs, -30 * 24 * hourMs];
/** Long enough to be seen waiting. */
const waiting = { SYNCLINE_DATASTORE_RETRY: '600ms', SYNCLINE_DATASTORE_RETRY_MAX: '600ms' };

const leaf = '/counters/packets';
const steady = '/system/hostname';

/** Each with the time that its notification had, in ns. */
function told(reader: GnmiReader): readonly { readonly value: bigint; readonly atNs: bigint }[] {
  return reader.responses.flatMap(({ response }) => {
    if (response?.$case !== 'update') return [];
    const { timestamp, update } = response.value;
    return update.flatMap(({ val }) =>
      val?.value?.$case === 'uintVal' ? [{ value: val.value.value, atNs: timestamp }] : [],
    );
  });
}

/** What a jump must not change: of the session how it stands and began, of the items that none is lost. */
async function standing({ datastore }: FollowedDevice) {
  const { connected, synced, degraded, northbound, commits, syncs } = await datastore.status();
  const [sync] = syncs;
  const { received, applied, superseded, pending, dropped, quarantined, stale } = sync?.ledger ?? {};
  return {
    connected,
    synced,
    degraded,
    failed: commits?.failed,
    slow: northbound?.slowConsumers,
    lagging: northbound?.lagging,
    sync: [sync?.state, sync?.epoch, sync?.lastSyncNs, sync?.detail, sync?.attempts, sync?.resyncs],
    lost: [pending, dropped, quarantined, stale],
    missing: Number(received) - Number(applied) - Number(superseded),
  };
}

test('F11: the wall clock of the datastore jumps to and fro: all arrives, in time and with the device’s times', async () => {
  await using followed = await FollowedDevice.start(
    { [leaf]: 0, [steady]: 'r1' },
    { SYNCLINE_DATASTORE_MIN_HEARTBEAT: '100ms' },
  );
  const { control } = followed.device;
  using reader = followed.subscribe(everything);
  const beating = {
    path: pathOf(steady),
    mode: SubscriptionMode.SAMPLE,
    sampleInterval: 100_000_000n,
    suppressRedundant: true,
    heartbeatInterval: 200_000_000n,
  };
  using sampler = followed.subscribe({ ...everything, subscription: [beating] });
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  await sampler.until('its initial set', ({ syncs }) => syncs === 1);
  const before = await standing(followed);
  const firstNs = BigInt(Date.now()) * 1_000_000n;
  let value = 0;
  for (const ms of steps) {
    const end = value + 200;
    while (value < end) {
      value += 1;
      if (value === end - 100) await followed.datastore.service.stepWallClock(ms);
      const notification = { ...notificationOf({ [leaf]: value }), timestamp: firstNs + BigInt(value) };
      await control.emit({ notification });
    }
    await reader.until('the last value', () => valueAt(reader, leaf) === String(value));
    const { updates: beats } = sampler;
    await sampler.until('three heartbeats', ({ updates }) => updates >= beats + 3);
  }
  for (const { value: at, atNs } of told(reader).slice(1)) expect(atNs).toBe(firstNs + at);
  expect(reader.updates + reader.duplicates).toBe(2 + value);
  expect(await standing(followed)).toEqual(before);
  expect((await followed.datastore.sync()).ledger?.regressions).toBe(0n);
});

test('F11: the wall clock of the datastore jumps while it waits to try again: it tries after its time', async () => {
  await using followed = await FollowedDevice.start({ [leaf]: 0 }, waiting);
  let datastoreMs = 0;
  for (const ms of steps) {
    const { epoch } = await followed.datastore.sync();
    await followed.device.misbehave({ $case: 'cut', value: { code: 0, text: 'cut' } });
    await followed.datastore.becomes('a wait', ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF);
    await followed.datastore.service.stepWallClock(ms);
    datastoreMs += ms;
    const { syncs } = await followed.datastore.becomes(
      'being in sync again',
      (status) => status.synced && (status.syncs[0]?.epoch ?? 0n) > epoch,
    );
    // The thread that commits has the clock that was stepped.
    expect(Number(syncs[0]?.lastSyncNs) / 1e6 - Date.now()).toBeCloseTo(datastoreMs, -4);
  }
});

test('F11: the wall clock of the device jumps to and fro: the values follow, with its times, and steps back are counted', async () => {
  await using followed = await FollowedDevice.start({ [leaf]: 0 });
  using reader = followed.subscribe(everything);
  await reader.until('the initial set', ({ syncs }) => syncs === 1);
  const before = await standing(followed);
  let deviceMs = 0;
  for (const [at, ms] of steps.entries()) {
    await followed.device.service.stepWallClock(ms);
    deviceMs += ms;
    await followed.device.apply({ [leaf]: at + 1 });
    await reader.until('the value', () => valueAt(reader, leaf) === String(at + 1));
    expect(Number(told(reader).at(-1)?.atNs) / 1e6 - Date.now()).toBeCloseTo(deviceMs, -4);
  }
  expect(await standing(followed)).toEqual(before);
  expect((await followed.datastore.sync()).ledger?.regressions).toBe(2n);
});
