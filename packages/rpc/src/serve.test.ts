import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerMiddleware, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { implement, rawBidi } from './binding.ts';
import { connect } from './connect.ts';
import { EchoDefinition, echo as handlers, startEcho, texts } from './echo.fixture.ts';
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
    await expect(
      startEcho({}, { serve: { listen: { ...listen, portSetting: 'SYNCLINE_PORT' } } }),
    ).rejects.toMatchObject({ setting: 'SYNCLINE_PORT' });
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

test('middleware in the shape of nice-grpc stands in front of every kind of call, first one outermost', async () => {
  const order: string[] = [];
  const noting = (name: string): ServerMiddleware =>
    async function* (call, context) {
      order.push(`${name} ${call.method.path}`);
      return yield* call.next(call.request, context);
    };
  await using echo = await startEcho({}, { serve: { middleware: [noting('outer'), noting('inner')] } });
  expect(await echo.client.unary({ text: 'a' })).toEqual({ text: 'a' });
  expect(await echo.client.collect(texts('a', 'b'))).toEqual({ text: 'a b' });
  for await (const { text } of echo.client.repeat({ text: 'c' })) order.push(text);
  for await (const { text } of echo.client.chat(texts('d'))) order.push(text);
  expect(order).toEqual([
    'outer /test.Echo/Unary',
    'inner /test.Echo/Unary',
    'outer /test.Echo/Collect',
    'inner /test.Echo/Collect',
    'outer /test.Echo/Repeat',
    'inner /test.Echo/Repeat',
    'c',
    'outer /test.Echo/Chat',
    'inner /test.Echo/Chat',
    'd',
  ]);
});

test('a server that was told to stop before it started ends at once', async () => {
  const stop = AbortSignal.abort();
  await using echo = await startEcho({}, { serve: { stop } });
  await echo.server[Symbol.asyncDispose]();
  await expect(echo.client.unary({ text: 'x' }, { deadlineMs: 1_000 })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});
