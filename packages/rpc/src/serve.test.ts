import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { implement, rawBidi } from './binding.ts';
import { connect } from './connect.ts';
import { EchoDefinition, echo as handlers, startEcho } from './echo.fixture.ts';
import { PortTakenError } from './serve.ts';

test('a taken port is an error that names it and the setting that moves it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  try {
    const listen = { host: '127.0.0.1', port };
    await expect(startEcho({}, { serve: { listen } })).rejects.toThrow(
      new PortTakenError(`127.0.0.1:${port}`, 'SYNCLINE_TEST_PORT'),
    );
  } finally {
    other.close();
  }
});

test('a method that nothing answers keeps the server from starting', async () => {
  const { chat: _, ...rest } = handlers;
  const partial = implement<typeof EchoDefinition, 'chat'>(EchoDefinition, rest);
  await expect(startEcho({}, { serve: { bindings: [partial] } })).rejects.toThrow(
    new TypeError('nothing answers /test.Echo/Chat: bind it with implement() or rawBidi()'),
  );
  const raw = rawBidi(EchoDefinition, 'chat', (call) => call.end(Status.OK, ''));
  await using echo = await startEcho({}, { serve: { bindings: [partial, raw] } });
  expect(await echo.client.unary({ text: 'x' })).toEqual({ text: 'x' });
});

test('two handlers of one kind for a method keep the server from starting, a raw one goes before another', async () => {
  const twice = [implement(EchoDefinition, handlers), implement(EchoDefinition, handlers)];
  await expect(startEcho({}, { serve: { bindings: twice } })).rejects.toThrow(
    new TypeError('/test.Echo/Unary is bound twice'),
  );
  const typed = implement(EchoDefinition, handlers);
  const raw = rawBidi(EchoDefinition, 'chat', (call) => call.end(Status.ABORTED, 'raw'));
  await expect(startEcho({}, { serve: { bindings: [raw, typed, raw] } })).rejects.toThrow(
    new TypeError('/test.Echo/Chat is bound twice'),
  );
  for (const bindings of [
    [raw, typed],
    [typed, raw],
  ]) {
    await using echo = await startEcho({}, { serve: { bindings } });
    const end = new Promise((resolve) => echo.connection.raw('/test.Echo/Chat').onEnd(resolve));
    expect(await end).toMatchObject({ code: Status.ABORTED, details: 'raw' });
  }
});

test('only bidirectional methods can be raw', () => {
  expect(() => rawBidi(EchoDefinition, 'repeat', () => {})).toThrow(
    new TypeError('rawBidi: test.Echo.repeat does not stream both ways'),
  );
});

test('the same services are served on a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-'));
  try {
    const unixSocket = join(folder, 'echo.sock');
    await using echo = await startEcho({}, { serve: { listen: { host: '127.0.0.1', port: 0, unixSocket } } });
    using connection = connect(`unix:${unixSocket}`, { security: { kind: 'plaintext' } });
    expect(await connection.client(EchoDefinition).unary({ text: 'x' })).toEqual({ text: 'x' });
    expect(echo.server.port).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('pings without calls are tolerated however often they come', async () => {
  await using echo = await startEcho();
  const session = connectHttp2(`http://${echo.address}`);
  await once(session, 'connect');
  let goneAway = false;
  session.on('goaway', () => (goneAway = true));
  for (let pings = 0; pings < 50; pings++) {
    await new Promise((resolve) => session.ping(resolve));
  }
  expect(goneAway).toBe(false);
  session.close();
});

test('a server that was told to stop before it started ends at once', async () => {
  const stop = AbortSignal.abort();
  await using echo = await startEcho({}, { serve: { stop } });
  await echo.server[Symbol.asyncDispose]();
  await expect(echo.client.unary({ text: 'x' }, { deadlineMs: 1_000 })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});
