// F9 to F12, F19 and F20: what a device may send that a careless consumer gets wrong.
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { SyncMode } from '@syncline/proto/data.ts';
import type { Notification } from '@syncline/proto/gnmi.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { DatastoreUnderTest } from '../datastore-under-test.ts';
import { DeviceUnderTest, notificationOf } from '../device/device-under-test.ts';

const entry = '/interfaces/interface[name=eth0]';

interface Pair extends AsyncDisposable {
  readonly device: DeviceUnderTest;
  readonly datastore: DatastoreUnderTest;
}

/** A device with a small tree and a datastore that is in sync with it. */
async function inSync(): Promise<Pair> {
  const device = await DeviceUnderTest.start();
  const datastore = await DatastoreUnderTest.start();
  await device.apply({ [`${entry}/mtu`]: 1500, [`${entry}/up`]: true, '/system/hostname': 'r1' });
  await datastore.follow(device.service.port);
  await datastore.synced();
  return {
    device,
    datastore,
    [Symbol.asyncDispose]: async () => {
      await datastore[Symbol.asyncDispose]();
      await device[Symbol.asyncDispose]();
    },
  };
}

/** Sends notifications as they are, one after the other, then a marker, and waits until the marker is in running. */
async function emit(
  { device, datastore }: Pair,
  ...notifications: Notification[]
): Promise<Map<string, string>> {
  for (const notification of [...notifications, notificationOf({ '/marker': Date.now() })])
    await device.control.emit({ notification: { ...notification, timestamp: notification.timestamp || 1n } });
  return until(() => datastore.leaves(), {
    deadlineMs: 5_000,
    describe: 'the marker in running',
    accept: (leaves) => leaves.has('/marker'),
  });
}

async function expectBalance(datastore: DatastoreUnderTest): Promise<void> {
  const { ledger } = await datastore.sync();
  if (ledger === undefined) throw new Error('the sync has no ledger');
  const { received, applied, superseded, stale, quarantined, pending, dropped } = ledger;
  expect(received).toBe(applied + superseded + stale + quarantined + pending);
  expect(dropped).toBe(0n);
}

test('F9: update, delete and update of one leaf at once leave the last', async () => {
  await using pair = await inSync();
  const leaf = `${entry}/mtu`;
  const leaves = await emit(
    pair,
    notificationOf({ [leaf]: 1 }),
    notificationOf({}, [leaf]),
    notificationOf({ [leaf]: 3 }),
  );
  expect(leaves.get(leaf)).toBe('3');
  await expectBalance(pair.datastore);
});

test('F10: a subtree that is deleted and added in one notification is what was added, atomic or not', async () => {
  await using pair = await inSync();
  const readded = await emit(pair, notificationOf({ [`${entry}/mtu`]: 9000 }, [entry]));
  expect([readded.get(`${entry}/mtu`), readded.has(`${entry}/up`)]).toEqual(['9000', false]);
  const atomic = {
    ...notificationOf({ '/speed': 10 }),
    prefix: toProto(parsePath(entry)),
    atomic: true,
  };
  const replaced = await emit(pair, atomic);
  expect([...replaced.keys()].filter((path) => path.startsWith(entry))).toEqual([`${entry}/speed`]);
  await expectBalance(pair.datastore);
});

test('F11: timestamps out of order, equal or an hour back do not decide: arrival does, and steps back are counted', async () => {
  await using pair = await inSync();
  const leaf = `${entry}/mtu`;
  const hour = 3_600_000_000_000n;
  const now = BigInt(Date.now()) * 1_000_000n;
  const at = (timestamp: bigint, mtu: number) => ({ ...notificationOf({ [leaf]: mtu }), timestamp });
  // One after the other, each seen before the next: coalesced ones never meet in running.
  const sent: readonly [bigint, number][] = [
    [now, 1],
    [now - 1n, 2],
    [now - 1n, 3],
    [now - hour, 4],
  ];
  for (const [timestamp, mtu] of sent) {
    await pair.device.control.emit({ notification: at(timestamp, mtu) });
    await until(() => pair.datastore.leaves(), {
      deadlineMs: 5_000,
      describe: `mtu ${mtu} in running`,
      accept: (leaves) => leaves.get(leaf) === String(mtu),
    });
  }
  const { ledger } = await pair.datastore.sync();
  expect(ledger?.regressions).toBeGreaterThanOrEqual(2n);
  await expectBalance(pair.datastore);
});

test('F12: an unreadable value inside a good notification is quarantined with its reason, the rest applies', async () => {
  await using pair = await inSync();
  const bad = `${entry}/up`;
  const good = notificationOf({ [`${entry}/mtu`]: 2 });
  const [update] = notificationOf({ [bad]: 'x' }).update;
  if (update === undefined) throw new Error('no update');
  const unreadable = {
    ...update,
    val: { value: { $case: 'jsonIetfVal' as const, value: Buffer.from('{"cut') } },
  };
  const leaves = await emit(pair, { ...good, update: [unreadable, ...good.update] });
  expect([leaves.get(`${entry}/mtu`), leaves.get(bad)]).toEqual(['2', 'true']);
  const { quarantined, ledger } = await pair.datastore.sync();
  expect(ledger?.quarantined).toBe(1n);
  expect(quarantined[0]?.path).toBe(bad);
  expect(quarantined[0]?.reason).toContain('JSON');
  await expectBalance(pair.datastore);
});

test('F12: an update outside the subscribed paths is quarantined by its path', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [`${entry}/mtu`]: 1500, '/system/hostname': 'r1' });
  await datastore.follow(device.service.port, {
    sync: { validate: false, buffer: 0n, writeWorkers: 0n, config: [syncOf('interfaces', '/interfaces')] },
  });
  await datastore.synced();
  const leaves = await emit(
    { device, datastore } as Pair,
    notificationOf({ '/system/hostname': 'r2' }),
  ).catch(() => undefined);
  expect(leaves).toBe(undefined);
  const { quarantined } = await datastore.sync();
  expect(quarantined.map(({ path }) => path)).toEqual(['/marker', '/system/hostname']);
  expect([...(await datastore.leaves()).keys()]).toEqual([`${entry}/mtu`]);
  await expectBalance(datastore);
});

test('F19: with overlapping syncs a leaf goes when no sync reports it any more', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start();
  await device.apply({ [`${entry}/mtu`]: 1500, '/system/hostname': 'r1' });
  await datastore.follow(device.service.port, {
    sync: {
      validate: false,
      buffer: 0n,
      writeWorkers: 0n,
      config: [syncOf('all', '/'), syncOf('interfaces', '/interfaces')],
    },
  });
  await datastore.synced();
  await device.apply({}, `${entry}/mtu`, '/system/hostname');
  await until(() => datastore.leaves(), {
    deadlineMs: 5_000,
    describe: 'an empty running',
    accept: (leaves) => leaves.size === 0,
  });
});

test('F20: a notification of 20 MiB is taken like any other', async () => {
  await using pair = await inSync();
  await pair.device.misbehave({ $case: 'hugeNotification', value: { bytes: 0 } });
  const { ledger } = await until(() => pair.datastore.sync(), {
    deadlineMs: 20_000,
    describe: 'the large notification applied',
    accept: (sync) => (sync.ledger?.bytes ?? 0n) > 20n << 20n && sync.ledger?.pending === 0n,
  });
  expect(ledger?.dropped).toBe(0n);
  await expectBalance(pair.datastore);
  expect((await emit(pair, notificationOf({ '/after': 1 }))).get('/after')).toBe('1');
});

function syncOf(name: string, path: string) {
  return { name, path: [path], mode: SyncMode.SM_ON_CHANGE, interval: 0n, target: undefined };
}
