// What an application may ask, by TCP and by the unix socket, and what it is told otherwise.

import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { HealthDefinition, HealthCheckResponse_ServingStatus as Serving } from '@syncline/proto/health.ts';
import { TapAdminServiceDefinition } from '@syncline/proto/tap-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { api, dns, web } from './streams.ts';
import { TapUnderTest } from './tap-under-test.ts';

const nowhere = { nsp: '127.0.0.1:1', proxy: '127.0.0.1:1' };

test("what is malformed is INVALID_ARGUMENT in upstream's words, changes nothing and is counted", async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere);
  const client = tap.connection.client(TapDefinition);
  const trench = { name: 'demo' };
  const requests = [
    [{ name: 'web' }, 'conduit cannot be nil'],
    [{ name: 'web', conduit: { name: 'edge' } }, 'trench cannot be nil'],
    [{ name: '', conduit: { name: 'edge', trench } }, 'stream name "": the name is empty'],
    [{ name: 'web', conduit: { name: '', trench } }, 'conduit name "": the name is empty'],
    [{ name: 'web', conduit: { name: 'edge', trench: { name: '' } } }, 'trench name "": the name is empty'],
    [{ name: 'web', conduit: { name: 'a.b', trench } }, 'conduit name "a.b"'],
    [{ name: 'x'.repeat(64), conduit: { name: 'edge', trench } }, 'longer than 63 characters'],
  ] as const;
  for (const method of ['open', 'close'] as const)
    for (const [request, details] of requests)
      await expect(client[method](request), details).rejects.toMatchObject({
        code: Status.INVALID_ARGUMENT,
        details: expect.stringContaining(details) as unknown,
      });
  expect(tap.statuses).toEqual({});
  expect((await tap.dump()).trench).toBe('');
  expect(await readMetric(tap.service.adminPort, 'tap_refusals_total', { reason: 'malformed' })).toBe(14);
});

test('closing what is not open is OK, opening what is open changes nothing', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere);
  await tap.close(web);
  await tap.open(web);
  await tap.open(web);
  await tap.shows({ web: 'UNAVAILABLE' });
  await tap.close(dns);
  await tap.close({ ...web, trench: 'other' });
  expect(tap.statuses).toEqual({ web: 'UNAVAILABLE' });
});

test('one stream or conduit more than is allowed is RESOURCE_EXHAUSTED and names the setting; closed ones count until they are drained', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere, { streams: '2', conduits: '1' });
  await tap.open(web);
  await expect(tap.open(api)).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: 'no room for more conduits: SYNCLINE_TAP_CONDUITS is 1',
  });
  await tap.open(dns);
  await expect(tap.open({ ...web, stream: 'third' })).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: 'no room for more streams: SYNCLINE_TAP_STREAMS is 2',
  });
  await tap.open(web);
});

test('the unix socket serves the same, to whom its mode lets in, and a socket that was left behind is replaced', async () => {
  await using dir = await tempDir('tap-socket');
  const unixSocket = join(dir.path, 'run', 'ambassador.sock');
  await using tap = await TapUnderTest.start('target-1', nowhere, { unixSocket, unixSocketMode: '0600' });
  using line = connect(`unix:${unixSocket}`, { security: { kind: 'plaintext' } });
  await line.client(TapDefinition).open(streamMessage(web));
  await tap.shows({ web: 'UNAVAILABLE' });
  expect(statSync(unixSocket).mode & 0o777).toBe(0o600);
  const { status } = await line.client(HealthDefinition).check({ service: 'ambassador.v1.Tap' });
  expect(status).toBe(Serving.SERVING);

  await expect(TapUnderTest.start('target-2', nowhere, { unixSocket })).rejects.toThrow(
    'another process serves on it; set SYNCLINE_TAP_UNIX_SOCKET to another path',
  );
  await tap.kill();
  expect(existsSync(unixSocket)).toBe(true);
  await tap.restart();
  await line.client(TapDefinition).close(streamMessage(web));
  await tap.stop();
  expect(existsSync(unixSocket)).toBe(false);
});

test('a path with something that is no socket, and one that is too long, stop the start', async () => {
  await using dir = await tempDir('tap-socket');
  const unixSocket = join(dir.path, 'file');
  writeFileSync(unixSocket, 'mine');
  await expect(TapUnderTest.start('target-1', nowhere, { unixSocket })).rejects.toThrow(
    'something that is no socket is there',
  );
  const long = join(dir.path, 'x'.repeat(108));
  await expect(TapUnderTest.start('target-1', nowhere, { unixSocket: long })).rejects.toThrow(
    'above the 107 of a unix socket',
  );
});

test('a dump says why a stream is not open, and WatchDump says it again when that changes', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere);
  const admin = tap.connection.client(TapAdminServiceDefinition);
  const counts: (number | undefined)[] = [];
  for await (const { dump } of admin.watchDump({ intervalMs: 100 })) {
    counts.push(dump?.streams.length);
    if (counts.length === 1) await tap.open(web);
    if (dump?.streams[0]?.reason.includes('UNAVAILABLE') ?? false) break;
  }
  expect(counts.slice(0, 2)).toEqual([0, 1]);
  expect(await tap.dump()).toMatchObject({
    trench: 'demo',
    streams: [{ name: 'web', conduit: 'edge', wanted: true, draining: false, identifier: 0 }],
    conduits: [{ name: 'edge', localIps: [] }],
    ledger: { received: 0n, applied: 0n, stale: 0n, quarantined: 0n },
  });
  await expect(async () => {
    for await (const _ of admin.watchDump({ intervalMs: 99 }));
  }).rejects.toMatchObject({
    code: Status.INVALID_ARGUMENT,
    details: 'interval_ms 99: expected 100 to 60000, or 0 for 1000',
  });
});

test('settings that contradict each other or are misspelled stop the start and are all named', async () => {
  const wrong = { closeCall: '1h', retry: '10s', tlsCert: '/nowhere', keepalive: '1s' };
  await expect(TapUnderTest.start('target-1', nowhere, wrong)).rejects.toThrow('SYNCLINE_TAP_KEEPALIVE=1s');
  const { keepalive: _, ...contradicting } = wrong;
  await expect(TapUnderTest.start('target-1', nowhere, contradicting)).rejects.toThrow(
    /SYNCLINE_TAP_TLS_CERT and SYNCLINE_TAP_TLS_KEY need each other[^]*SYNCLINE_TAP_RETRY is above[^]*SYNCLINE_TAP_CLOSE_CALL is above/,
  );
});

test('a certificate for the neighbours that cannot be used stops the start', async () => {
  await using dir = await tempDir('tap-certificate');
  const neighbourCa = join(dir.path, 'ca.pem');
  await expect(TapUnderTest.start('target-1', nowhere, { neighbourCa })).rejects.toThrow(neighbourCa);
});
