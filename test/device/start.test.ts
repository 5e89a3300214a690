// How a device starts: host mode, scripts, credentials, and all that can be wrong before it serves.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Encoding, GetRequest, gNMIDefinition, SetRequest } from '@syncline/proto/gnmi.ts';
import { ExtensionID } from '@syncline/proto/gnmi_ext.ts';
import { HealthDefinition } from '@syncline/proto/health.ts';
import { createAuthority } from '@syncline/rpc/certificate.fixture.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { startService } from '@syncline/testkit/service.ts';
import { ServiceError } from '@syncline/testkit/service-process.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { Metadata, Status } from 'nice-grpc';
import { expect, test } from 'vitest';
import { refusalOf } from '../datastore/refusal.ts';
import { DeviceUnderTest, notificationOf } from './device-under-test.ts';
import { subscribeRequest } from './subscribing.ts';

const main = fileURLToPath(new URL('../../services/device/src/main.ts', import.meta.url));

const failedStart = async (env: Readonly<Record<string, string>>, port = 0) => {
  const error: unknown = await startService({ service: 'device', env, port }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error('the device started');
  return { code: error.exit?.code, message: error.message };
};

test("host mode serves this machine's state, on change and sampled, and cannot be set", async () => {
  await using device = new DeviceUnderTest(
    await startService({ service: 'device', env: { SYNCLINE_DEVICE_REFRESH: '100ms' } }),
  );
  const path = [{ elem: ['system', 'state', 'hostname'].map((name) => ({ name })) }];
  const { notification } = await device.gnmi.get(GetRequest.fromPartial({ encoding: Encoding.PROTO, path }));
  expect(notification[0]?.update[0]?.val?.value).toEqual({ $case: 'stringVal', value: hostname() });

  using changes = device.subscribe({ paths: [{ path: '/system/state/up-time' }] });
  await changes.until('two changes', ({ lines }) => lines.length >= 4, 15_000);
  using samples = device.subscribe({
    paths: [{ path: '/system/memory', mode: 'SAMPLE', sampleMs: 100 }],
  });
  await samples.until('two samples', ({ lines }) => lines.length >= 4);

  const set = SetRequest.fromPartial({ delete: [{ elem: [{ name: 'system' }] }] });
  expect(await refusalOf(device.gnmi.set(set))).toEqual([
    'UNIMPLEMENTED',
    expect.stringContaining('cannot set') as string,
  ]);
  const apply = device.control.apply({ notification: notificationOf({ '/a': 1 }) });
  expect(await refusalOf(apply)).toEqual([
    'FAILED_PRECONDITION',
    expect.stringContaining('SYNCLINE_DEVICE_MODE=script') as string,
  ]);
  const { supportedModels } = await device.gnmi.capabilities({});
  expect(supportedModels.map(({ name }) => name)).toContain('openconfig-interfaces');
});

test('a model name is accepted as an origin, as pygnmi sends it', async () => {
  await using device = new DeviceUnderTest(await startService({ service: 'device' }));
  const path = [{ origin: 'openconfig-interfaces', elem: [{ name: 'interfaces' }] }];
  const { notification } = await device.gnmi.get(GetRequest.fromPartial({ encoding: Encoding.JSON, path }));
  expect(notification[0]?.update).toHaveLength(1);
});

test('health is SERVING for each service, and the admin port answers', async () => {
  await using device = await DeviceUnderTest.start();
  const health = device.connection.client(HealthDefinition);
  for (const service of ['gnmi.gNMI', 'syncline.device.v1.DeviceService']) {
    expect((await health.check({ service })).status).toBe(1);
  }
  for (const page of ['livez', 'readyz', 'metrics']) {
    expect((await fetch(`http://127.0.0.1:${device.service.adminPort}/${page}`)).status).toBe(200);
  }
});

test('a script is played: its tree, then its steps', async () => {
  await using dir = await tempDir('script');
  const file = join(dir.path, 'script.yaml');
  await writeFile(
    file,
    'tree: { /a: 1 }\nsteps: [{ at: 100ms, every: 100ms, times: 2, set: { /a: "{n}" }, fault: { repeat_sync: {} } }]\n',
  );
  await using device = await DeviceUnderTest.start({ SYNCLINE_DEVICE_SCRIPT: file });
  using stream = device.subscribe({ paths: [{ path: '/a' }] });
  await stream.until('the last step', ({ lines }) => lines.includes('+/a=1') && stream.syncs >= 2);
});

test('a bad script ends the start with code 2 and every problem', async () => {
  await using dir = await tempDir('script');
  const file = join(dir.path, 'script.yaml');
  await writeFile(file, 'tree:\n  /a[b: 1\n  /c:\nstepps: []\n');
  const { code, message } = await failedStart({
    SYNCLINE_DEVICE_MODE: 'script',
    SYNCLINE_DEVICE_SCRIPT: file,
  });
  expect(code).toBe(2);
  for (const problem of [
    'line 2: tree./a[b',
    'line 3: tree./c: a leaf needs a value',
    'line 4: stepps: there is no such key',
  ]) {
    expect(message).toContain(`${file}: ${problem}`);
  }
});

test('a script that is not there, and settings that contradict each other, are told together', async () => {
  const { code, message } = await failedStart({
    SYNCLINE_DEVICE_SCRIPT: '/nowhere/script.yaml',
    SYNCLINE_DEVICE_USERNAME: 'admin',
  });
  expect(code).toBe(2);
  expect(message).toContain('SYNCLINE_DEVICE_SCRIPT needs SYNCLINE_DEVICE_MODE=script');
  expect(message).toContain('SYNCLINE_DEVICE_USERNAME and SYNCLINE_DEVICE_PASSWORD need each other');
  expect(message).toContain('/nowhere/script.yaml: ENOENT');
});

test('settings that cannot be read end the start with code 2 and all of them', async () => {
  const { code, message } = await failedStart({
    SYNCLINE_DEVICE_MODE: 'hots',
    SYNCLINE_DEVICE_REFRESH: 'soon',
    SYNCLINE_DEVICE_MODUS: 'host',
  });
  expect(code).toBe(2);
  for (const setting of [
    'SYNCLINE_DEVICE_MODE=hots',
    'SYNCLINE_DEVICE_REFRESH=soon',
    'SYNCLINE_DEVICE_MODUS is no setting',
  ]) {
    expect(message).toContain(setting);
  }
});

test('a port that is taken is named with its setting', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, message } = await failedStart({}, port);
  taken.close();
  expect(code).toBe(1);
  expect(message).toMatch(new RegExp(`${port}.*SYNCLINE_DEVICE_PORT|SYNCLINE_DEVICE_PORT.*${port}`));
});

test('--help prints every setting and does not start', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  expect(stdout).toMatch(/SYNCLINE_DEVICE_PORT {2}\(port.*57401\)/);
  expect(stdout).toContain('SYNCLINE_DEVICE_SCRIPT');
});

test('with a username every call needs the credentials, health excepted', async () => {
  await using device = await DeviceUnderTest.start({
    SYNCLINE_DEVICE_USERNAME: 'admin',
    SYNCLINE_DEVICE_PASSWORD: 'secret',
  });
  expect(await refusalOf(device.gnmi.capabilities({}))).toEqual([
    'UNAUTHENTICATED',
    expect.stringContaining('username') as string,
  ]);
  const wrong = Metadata({ username: 'admin', password: 'guess' });
  expect(await refusalOf(device.gnmi.capabilities({}, { metadata: wrong }))).toEqual([
    'UNAUTHENTICATED',
    expect.stringContaining('"admin"') as string,
  ]);
  using refused = new GnmiReader(device.connection, { metadata: wrong });
  refused.send(subscribeRequest({ paths: [{ path: '/' }] }));
  expect(await refused.end()).toMatchObject({ code: Status.UNAUTHENTICATED });
  const right = Metadata({ username: 'admin', password: 'secret' });
  expect((await device.gnmi.capabilities({}, { metadata: right })).gNMIVersion).toBe('0.10.0');
  const health = device.connection.client(HealthDefinition);
  expect((await health.check({ service: '' })).status).toBe(1);
});

test('with a certificate only TLS is served, and clients need one where that is asked for', async () => {
  await using dir = await tempDir('tls');
  const authority = createAuthority('test authority');
  const server = authority.issue('localhost');
  const client = authority.issue('a client');
  const files = {
    'cert.pem': server.cert,
    'key.pem': server.key,
    'ca.pem': authority.cert,
    'client.pem': client.cert,
    'client-key.pem': client.key,
  };
  for (const [name, pem] of Object.entries(files)) await writeFile(join(dir.path, name), pem);
  const at = (name: string) => join(dir.path, name);
  const tls = { SYNCLINE_DEVICE_TLS_CERT: at('cert.pem'), SYNCLINE_DEVICE_TLS_KEY: at('key.pem') };
  const env = { ...tls, SYNCLINE_DEVICE_TLS_CLIENT_CA: at('ca.pem') };
  const security = { kind: 'tls', caFile: at('ca.pem'), serverName: 'localhost' } as const;
  const service = await startService({ service: 'device', env });
  await using device = new DeviceUnderTest(service, {
    security: { ...security, certFile: at('client.pem'), keyFile: at('client-key.pem') },
  });
  expect((await device.gnmi.capabilities({})).gNMIVersion).toBe('0.10.0');
  for (const refused of [security, { kind: 'plaintext' }] as const) {
    using connection = connect(service.address, { security: refused });
    const call = connection.client(gNMIDefinition).capabilities({}, { deadlineMs: 3_000 });
    expect((await refusalOf(call))[0]).toMatch(/^(UNAVAILABLE|DEADLINE_EXCEEDED)$/);
  }
});

test('while changes are traced, a notification carries the traceparent of its change', async () => {
  const spans: string[] = [];
  const collector = createHttpServer((request, response) => {
    spans.push(request.url ?? '');
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await using device = await DeviceUnderTest.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  using stream = device.subscribe({ paths: [{ path: '/a' }] });
  await stream.synced();
  await device.apply({ '/a': 1 });
  await stream.until('the change', ({ lines }) => lines.at(-1) === '+/a=1');
  const [extension] = stream.responses.at(-1)?.extension ?? [];
  const registered = extension?.ext?.$case === 'registeredExt' ? extension.ext.value : undefined;
  expect(registered?.id).toBe(ExtensionID.EID_EXPERIMENTAL);
  expect(Buffer.from(registered?.msg ?? []).toString()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  await device.service.stop();
  expect(spans).toContain('/v1/traces');
  collector.close();
});
