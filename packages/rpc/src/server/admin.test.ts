import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { expect, test } from 'vitest';
import { startEcho } from '../echo.fixture.ts';
import { PortTakenError } from './listen.ts';

const admin = { host: '127.0.0.1', port: 0 };

async function get(port: number | undefined, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

test('/readyz says whether traffic is wanted, and why not', async () => {
  let readiness: { ready: boolean; reason?: string } = { ready: false, reason: 'no device in sync' };
  await using echo = await startEcho({}, { serve: { admin, readiness: () => readiness } });
  expect(await get(echo.server.adminPort, '/readyz')).toEqual({
    status: 503,
    body: '{"ready":false,"reason":"no device in sync"}\n',
  });
  readiness = { ready: true };
  expect(await get(echo.server.adminPort, '/readyz?verbose')).toEqual({
    status: 200,
    body: '{"ready":true}\n',
  });
});

test('/livez names the loops that are overdue', async () => {
  let now = 0;
  const liveness = new Liveness({ monotonic: () => now, now: () => 0n, setTimer: () => ({ clear() {} }) });
  await using echo = await startEcho({}, { serve: { admin, liveness } });
  using loop = liveness.watch('committer');
  loop.phase('commit', 100, 'the worker');
  expect(await get(echo.server.adminPort, '/livez')).toMatchObject({ status: 200 });
  now = 200;
  const late = await get(echo.server.adminPort, '/livez');
  expect(late.status).toBe(503);
  expect(JSON.parse(late.body)).toMatchObject({
    live: false,
    overdue: [{ loop: 'committer', awaits: 'the worker' }],
  });
});

test('/metrics counts calls by method and status', async () => {
  await using echo = await startEcho({}, { serve: { admin } });
  await echo.client.unary({ text: 'x' });
  for await (const _ of echo.client.repeat({ text: 'a b' }));
  const { status, body } = await get(echo.server.adminPort, '/metrics');
  expect(status).toBe(200);
  expect(body).toContain('rpc_server_handled_total{method="/test.Echo/Unary",code="OK",service="test"} 1');
  expect(body).toContain('rpc_server_handled_total{method="/test.Echo/Repeat",code="OK",service="test"} 1');
  expect(body).toContain('rpc_server_open_calls{method="/test.Echo/Repeat",service="test"} 0');
  expect(body).toContain('event_loop_lag_seconds{quantile="0.99",service="test"}');
});

test('other paths are 404 and other methods 405', async () => {
  await using echo = await startEcho({}, { serve: { admin } });
  expect(await get(echo.server.adminPort, '/')).toMatchObject({ status: 404 });
  const posted = await fetch(`http://127.0.0.1:${echo.server.adminPort}/livez`, { method: 'POST' });
  expect(posted.status).toBe(405);
});

test.each(['//', '///livez', 'http://', 'http://[', '*', '\\\\', '/%', ''])(
  'a request for %j, which is no path, is answered and harms nobody',
  async (target) => {
    await using echo = await startEcho({}, { serve: { admin } });
    const { adminPort = 0 } = echo.server;
    expect(await raw(adminPort, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 40[04] /,
    );
    expect(await get(adminPort, '/livez')).toMatchObject({ status: 200 });
  },
);

test('a readiness that throws is 500 with the reason, and the port goes on', async () => {
  const readiness = () => {
    throw new RangeError('no such store');
  };
  await using echo = await startEcho({}, { serve: { admin, readiness } });
  expect(await get(echo.server.adminPort, '/readyz')).toEqual({
    status: 500,
    body: '{"error":"RangeError: no such store"}\n',
  });
  expect(await get(echo.server.adminPort, '/livez')).toMatchObject({ status: 200 });
});

test('while calls drain the server is not ready, and the port closes without waiting for idle clients', async () => {
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  await using echo = await startEcho(
    {
      async unary(request) {
        started.resolve();
        await finish.promise;
        return request;
      },
    },
    { serve: { admin } },
  );
  const answer = echo.client.unary({ text: 'x' });
  await started.promise;
  echo.stop();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const { body } = await get(echo.server.adminPort, '/readyz');
  expect(JSON.parse(body)).toEqual({ ready: false, reason: 'stopping' });
  finish.resolve();
  await answer;
  await echo.server[Symbol.asyncDispose]();
  await expect(get(echo.server.adminPort, '/readyz')).rejects.toThrow('fetch failed');
});

test('a taken port is an error that names it and the setting that moves it', async () => {
  await using echo = await startEcho({}, { serve: { admin } });
  const taken = { host: '127.0.0.1', port: echo.server.adminPort ?? 0 };
  await expect(startEcho({}, { serve: { admin: taken } })).rejects.toThrow(
    new PortTakenError(`127.0.0.1:${taken.port}`, 'SYNCLINE_TEST_ADMIN_PORT'),
  );
});

/** Sends the bytes as they are and gives what is answered until the connection closes. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return await text(socket);
}
