import { SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { pathOf, startNorthbound } from '../service/world/northbound.ts';

test('200 subscribers on 20 connections get every change, each one once', async () => {
  await using northbound = await startNorthbound();
  await using connections = new AsyncDisposableStack();
  const readers = Array.from({ length: 20 }, () =>
    connections.use(connect(northbound.address, { security: { kind: 'plaintext' } })),
  ).flatMap((connection) =>
    Array.from({ length: 10 }, () =>
      GnmiReader.subscribe(connection, {
        mode: SubscriptionList_Mode.STREAM,
        subscription: [{ path: pathOf('/a'), mode: SubscriptionMode.ON_CHANGE }],
      }),
    ),
  );
  for (const reader of readers) await reader.until('sync_response', ({ syncs }) => syncs === 1);
  expect(northbound.fanout.counts(1)).toMatchObject({ subscribers: 200, lagging: 0 });
  for (let value = 1n; value <= 100n; value++) northbound.set(['/a/leaf', '/elsewhere'], value);
  for (const reader of readers) await reader.until('100 changes', ({ updates }) => updates === 100);
  expect(northbound.fanout.counts(1)).toMatchObject({ updates: 20_000, coalesced: 0, slowConsumers: 0 });
  for (const reader of readers) reader[Symbol.dispose]();
  for (const reader of readers) await reader.end();
});

test('whoever the core could not end when the datastore was deleted is ended all the same', async () => {
  await using northbound = await startNorthbound();
  using reader = GnmiReader.subscribe(northbound.connection, {
    mode: SubscriptionList_Mode.STREAM,
    subscription: [{ path: pathOf('/a'), mode: SubscriptionMode.ON_CHANGE }],
  });
  await reader.until('sync_response', ({ syncs }) => syncs === 1);
  northbound.fanout.forget(1);
  expect(await reader.end()).toMatchObject({ code: Status.NOT_FOUND, details: 'the datastore was deleted' });
  expect(northbound.fanout.counts(1)).toMatchObject({ subscribers: 0, updates: 0 });
});
