// A datastore that is stopped and goes on: neither a device nor a subscriber is given up for the time in which it could not
// be heard or be sent anything.

import { setTimeout as delay } from 'node:timers/promises';
import { SessionState } from '@syncline/proto/datastore.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { untilStill } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { expectTree, leavesOf } from '../datastore/session-faults.fixture.ts';
import { DatastoreUnderTest } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { everything, FollowedDevice, valueAt } from '../northbound/followed-device.ts';

/** A process stands still for a time. */
async function stop({ service }: DatastoreUnderTest, ms: number): Promise<void> {
  service.kill('SIGSTOP');
  await delay(ms);
  service.kill('SIGCONT');
}

test('stopped before the sync_response for longer than a device may be silent, it takes what came meanwhile', async () => {
  await using device = await DeviceUnderTest.start();
  await using datastore = await DatastoreUnderTest.start({ SYNCLINE_DATASTORE_SYNC_DEADLINE: '2s' });
  const leaves = leavesOf(100);
  await device.apply(leaves);
  await device.misbehave({ $case: 'stall', value: { duration: undefined } });
  await datastore.follow(device.service.port);
  await datastore.becomes('waiting for the tree', ({ syncs }) => syncs[0]?.state === SessionState.SYNCING);
  const { epoch } = await datastore.sync();
  const stopped = stop(datastore, 3_000);
  await device.control.heal({});
  await stopped;
  await datastore.synced();
  expect(await datastore.sync()).toMatchObject({ epoch, detail: '', resyncs: { start: 1n } });
  await expectTree(datastore, leaves);
});

test('stopped for longer than a subscriber may read nothing, it ends the one that goes on reading nothing, in time', async () => {
  await using followed = await FollowedDevice.start(
    {},
    { SYNCLINE_DATASTORE_SLOW_CONSUMER: '2s', SYNCLINE_DATASTORE_SUBSCRIBER_QUEUE: '64KiB' },
  );
  const { datastore, device } = followed;
  await using lines = new AsyncDisposableStack();
  const subscribe = async () => {
    const line = lines.use(await TcpProxy.open(datastore.service.port));
    const connection = lines.use(connect(line.address, { security: { kind: 'plaintext' } }));
    const reader = lines.use(GnmiReader.subscribe(connection, everything));
    await reader.until('sync_response', ({ syncs }) => syncs === 1);
    line.halfOpen();
    return { line, reader };
  };
  const [slow, stuck] = [await subscribe(), await subscribe()];
  const before = await datastore.sync();
  await device.misbehave({ $case: 'burst', value: { leaves: 5_000, updates: 10_000, perNotification: 10 } });
  await datastore.becomes('both lagging', ({ northbound }) => northbound?.lagging === 2);
  // Readers are looked at twenty times in their limit: while nothing is given to either, both are seen to wait.
  await untilStill(1, () => readMetric(datastore.service.adminPort, 'datastore_sent_bytes_total'));
  const stopped = stop(datastore, 3_000);
  await slow.line.heal();
  await stopped;

  const { northbound } = await datastore.becomes(
    'the end of the stuck one',
    (status) => (status.northbound?.slowConsumers ?? 0n) > 0n,
    6_000,
  );
  expect(northbound).toMatchObject({ subscribers: 1, slowConsumers: 1n });
  await device.apply({ '/marker': 1 });
  await slow.reader.until('the marker', () => valueAt(slow.reader, '/marker') === '1');
  await stuck.line.heal();
  await stuck.reader.until('its end', ({ ended }) => ended !== undefined);
  expect([slow.reader.ended, stuck.reader.ended?.code]).toEqual([undefined, Status.ABORTED]);
  const { epoch, state } = before;
  expect(await datastore.sync()).toMatchObject({ epoch, state });
});
