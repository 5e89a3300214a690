import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Server } from '@grpc/grpc-js';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { Status } from 'nice-grpc-common';
import { afterAll, expect, test } from 'vitest';
import { createAuthority } from '../certificate.fixture.ts';
import { type ClientSecurity, connect } from '../connect.ts';
import { EchoDefinition, startEcho } from '../echo.fixture.ts';
import { PemError } from '../pem.ts';
import { FileCredentials, type ServerTls } from './credentials.ts';
import { bind } from './listen.ts';

const folder = mkdtempSync(join(tmpdir(), 'syncline-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string): string {
  const path = join(folder, `${++files}.pem`);
  writeFileSync(path, content);
  return path;
}

const authority = createAuthority('test authority');
const caFile = file(authority.cert);
const server = authority.issue('localhost');
const tls = { certFile: file(server.cert), keyFile: file(server.key) };
const listen = { host: '127.0.0.1', port: 0, tls };

async function ask(address: string, security: ClientSecurity) {
  using connection = connect(address, { security });
  return await connection.client(EchoDefinition).unary({ text: 'x' }, { deadlineMs: 5_000 });
}

test('a client that trusts the authority is served', async () => {
  await using echo = await startEcho({}, { serve: { listen } });
  expect(await ask(echo.address, { kind: 'tls', caFile })).toEqual({ text: 'x' });
});

test('a client that does not know the authority refuses the server, unless told to skip verification', async () => {
  await using echo = await startEcho({}, { serve: { listen } });
  await expect(ask(echo.address, { kind: 'tls' })).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  expect(await ask(echo.address, { kind: 'tls', skipVerify: true })).toEqual({ text: 'x' });
});

test('the name in the certificate must match, and may be given', async () => {
  const other = authority.issue('router.example');
  const named = { certFile: file(other.cert), keyFile: file(other.key) };
  await using echo = await startEcho({}, { serve: { listen: { ...listen, tls: named } } });
  const address = `localhost:${echo.server.port}`;
  await expect(ask(address, { kind: 'tls', caFile })).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  expect(await ask(address, { kind: 'tls', caFile, serverName: 'router.example' })).toEqual({ text: 'x' });
});

test('with a client authority only clients with its certificates are served', async () => {
  const mutual = { ...tls, clientCaFile: caFile };
  await using echo = await startEcho({}, { serve: { listen: { ...listen, tls: mutual } } });
  const client = authority.issue('client');
  const certFile = file(client.cert);
  const keyFile = file(client.key);
  expect(await ask(echo.address, { kind: 'tls', caFile, certFile, keyFile })).toEqual({ text: 'x' });
  await expect(ask(echo.address, { kind: 'tls', caFile })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
  const stranger = createAuthority('stranger').issue('client');
  const strange = { certFile: file(stranger.cert), keyFile: file(stranger.key) };
  await expect(ask(echo.address, { kind: 'tls', caFile, ...strange })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});

test('a replaced certificate is used for new connections, a broken one is not', async () => {
  const first = authority.issue('first');
  const changing = { certFile: file(first.cert), keyFile: file(first.key) };
  using following = await follow(changing);
  const { port, credentials, logs } = following;
  expect(await subjectOf(port)).toBe('first');

  const second = authority.issue('second');
  writeFileSync(changing.certFile, second.cert);
  credentials.reload();
  expect(logs.at(-1)).toContain('certificate not reloaded; the one in use stays');
  expect(await subjectOf(port)).toBe('first');

  writeFileSync(changing.keyFile, second.key);
  credentials.reload();
  expect(await subjectOf(port)).toBe('second');
});

test.each([
  ['half of itself', authority.cert.slice(0, authority.cert.length / 2), 'BEGIN CERTIFICATE has no END'],
  ['a key', server.key, 'holds no certificate'],
])('a client authority that is replaced by %s shuts nobody out', async (_, replacement, why) => {
  const clientCaFile = file(authority.cert);
  using following = await follow({ ...tls, clientCaFile });
  const { port, credentials, logs } = following;
  writeFileSync(clientCaFile, replacement);
  credentials.reload();
  expect(logs.at(-1)).toContain(`${clientCaFile}: ${why}`);
  expect(await subjectOf(port, authority.issue('client'))).toBe('localhost');
});

test('files that cannot be used are named at the start', async () => {
  const missing = join(folder, 'none.pem');
  await expect(
    startEcho({}, { serve: { listen: { ...listen, tls: { ...tls, keyFile: missing } } } }),
  ).rejects.toThrow(new PemError(missing, `ENOENT: no such file or directory, open '${missing}'`));
  const empty = file('');
  expect(() => connect('localhost:1', { security: { kind: 'tls', caFile: empty } })).toThrow(
    new PemError(empty, 'holds no PEM block'),
  );
  const mismatched = { ...tls, keyFile: file(authority.issue('other').key) };
  await expect(startEcho({}, { serve: { listen: { ...listen, tls: mismatched } } })).rejects.toThrow(
    `${tls.certFile}: cannot be used with ${mismatched.keyFile}`,
  );
  expect(() => connect('localhost:1', { security: { kind: 'tls', ...mismatched } })).toThrow(
    `${tls.certFile}: cannot be used with ${mismatched.keyFile}`,
  );
  const half = file(authority.cert.slice(0, 200));
  const why = new PemError(half, 'BEGIN CERTIFICATE has no END');
  expect(() => connect('localhost:1', { security: { kind: 'tls', caFile: half } })).toThrow(why);
  await expect(
    startEcho({}, { serve: { listen: { ...listen, tls: { ...tls, clientCaFile: half } } } }),
  ).rejects.toThrow(why);
});

interface Following extends Disposable {
  readonly port: number;
  readonly credentials: FileCredentials;
  readonly logs: readonly string[];
}

/** A server without methods, whose files are read again when the test says so. */
async function follow(files: ServerTls): Promise<Following> {
  const logs: string[] = [];
  const destination = { write: (line: string) => void logs.push(line) };
  const credentials = new FileCredentials(
    files,
    createLogger({ service: 'test', instance: 'test', level: 'info', destination }),
  );
  const grpc = new Server();
  const port = await bind(grpc, '127.0.0.1:0', credentials, 'PORT');
  return {
    port,
    credentials,
    logs,
    [Symbol.dispose]() {
      grpc.forceShutdown();
      credentials[Symbol.dispose]();
    },
  };
}

/** Who the server says it is, once it has accepted the client and sent its first frame. */
function subjectOf(port: number, client: { cert?: string; key?: string } = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    ...client,
  });
  socket.once('data', () => {
    resolve(String(socket.getPeerCertificate().subject.CN));
    socket.destroy();
  });
  socket.on('error', reject).on('close', () => reject(new Error('the server closed the connection')));
  return promise;
}
