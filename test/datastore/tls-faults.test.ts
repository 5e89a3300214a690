// What is wrong with certificates (fault F24 of the datastore's fault table), and that the session goes on when it is mended.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionState } from '@syncline/proto/datastore.ts';
import { createAuthority } from '@syncline/rpc/certificate.fixture.ts';
import { startService } from '@syncline/testkit/service.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { dataServer } from './clients.ts';
import { prompt } from './session-faults.fixture.ts';

test('F24: a device that the CA does not vouch for is not trusted; a CA file that is replaced is read again', async () => {
  await using files = await tempDir('tls');
  const [trusted, other] = [createAuthority('trusted'), createAuthority('other')];
  const at = (file: string) => join(files.path, file);
  const identity = trusted.issue('localhost');
  await writeFile(at('cert.pem'), identity.cert);
  await writeFile(at('key.pem'), identity.key);
  await writeFile(at('ca.pem'), other.cert);
  await using device = await startService({
    service: 'device',
    env: {
      SYNCLINE_DEVICE_MODE: 'script',
      SYNCLINE_DEVICE_TLS_CERT: at('cert.pem'),
      SYNCLINE_DEVICE_TLS_KEY: at('key.pem'),
    },
  });
  await using datastore = await DatastoreUnderTest.start(prompt);
  const target = {
    type: 'gnmi',
    address: '127.0.0.1',
    port: device.port,
    tls: { ca: at('ca.pem'), cert: '', key: '', skipVerify: false },
  };
  await dataServer(datastore).createDataStore({ datastoreName: name, target });
  const status = await datastore.becomes(
    'the distrust',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toMatch(/^UNAVAILABLE: .*(certificate|issuer|signature)/i);
  expect(status.connected).toBe(false);

  await writeFile(at('new.pem'), trusted.cert);
  await rename(at('new.pem'), at('ca.pem'));
  await datastore.synced();
});

test('F24: a CA file that is not there is named, and read as soon as it is', async () => {
  await using device = await DeviceUnderTest.start();
  await using files = await tempDir('tls');
  await using datastore = await DatastoreUnderTest.start(prompt);
  const tls = { ca: join(files.path, 'missing.pem'), cert: '', key: '', skipVerify: false };
  const target = { type: 'gnmi', address: '127.0.0.1', port: device.service.port, tls };
  await dataServer(datastore).createDataStore({ datastoreName: name, target });
  const status = await datastore.becomes(
    'the missing file',
    ({ syncs }) => syncs[0]?.state === SessionState.BACKOFF,
  );
  expect(status.syncs[0]?.detail).toContain(tls.ca);
});
