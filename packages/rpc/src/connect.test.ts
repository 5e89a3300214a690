import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Metadata, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { rawBidi } from './binding.ts';
import { connect } from './connect.ts';
import { EchoDefinition, startEcho } from './echo.fixture.ts';

test('a password identity travels as username and password, a token as a bearer', async () => {
  const seen: (string | undefined)[] = [];
  const handlers = {
    unary: (request: { text: string }, { metadata }: { metadata: Metadata }) => {
      seen.push(metadata.get('username'), metadata.get('password'), metadata.get('authorization'));
      return Promise.resolve(request);
    },
  };
  const password = { kind: 'password', username: 'admin', password: 'secret' } as const;
  await using first = await startEcho(handlers, { connect: { identity: password } });
  await first.client.unary({ text: '' });
  await using second = await startEcho(handlers, { connect: { identity: { kind: 'bearer', token: 't0' } } });
  await second.client.unary({ text: '' });
  expect(seen).toEqual(['admin', 'secret', undefined, undefined, undefined, 'Bearer t0']);
});

test('raw streams carry the identity too, and what the caller adds wins', async () => {
  const seen = Promise.withResolvers<Metadata>();
  const chat = rawBidi(EchoDefinition, 'chat', (call) => {
    seen.resolve(call.metadata);
    call.end(Status.OK, '');
  });
  const identity = { kind: 'password', username: 'admin', password: 'secret' } as const;
  await using echo = await startEcho({}, { bindings: [chat], connect: { identity } });
  echo.connection.raw('/test.Echo/Chat', { metadata: Metadata({ username: 'other', asked: 'yes' }) });
  const metadata = await seen.promise;
  expect([metadata.get('username'), metadata.get('password'), metadata.get('asked')]).toEqual([
    'other',
    'secret',
    'yes',
  ]);
});

test('a response over the limit of the client is RESOURCE_EXHAUSTED', async () => {
  await using echo = await startEcho({}, { connect: { maxReceiveBytes: 10 } });
  await expect(echo.client.unary({ text: 'x'.repeat(11) })).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringMatching(/11.*10/) as string,
  });
});

test('a raw stream ends when its signal aborts, also when it was aborted before', async () => {
  await using echo = await startEcho();
  const stop = new AbortController();
  const stream = echo.connection.raw('/test.Echo/Chat', { signal: stop.signal });
  const end = new Promise((resolve) => stream.onEnd(resolve));
  stream.resume();
  stop.abort();
  expect(await end).toMatchObject({ code: Status.CANCELLED });
  const late = echo.connection.raw('/test.Echo/Chat', { signal: stop.signal });
  expect(await new Promise((resolve) => late.onEnd(resolve))).toMatchObject({ code: Status.CANCELLED });
});

test('a raw stream hears of a trailer, and of all messages before an OK end though it was paused', async () => {
  await using echo = await startEcho({
    async *chat(requests, context) {
      context.trailer.set('count', '3');
      for await (const request of requests) yield request;
    },
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const received: string[] = [];
  const end = new Promise<{ code: Status; trailer: Metadata }>((resolve) => stream.onEnd(resolve));
  stream.onMessage((message) => received.push(message.toString()));
  stream.pause();
  for (const word of ['a', 'b', 'c']) stream.write(Buffer.from(word));
  stream.halfClose();
  await echo.client.unary({ text: 'a round trip' });
  expect(received).toEqual([]);
  stream.resume();
  const { code, trailer } = await end;
  expect([code, trailer.get('count'), received]).toEqual([Status.OK, '3', ['a', 'b', 'c']]);
});

test('a peer that cannot be reached is UNAVAILABLE', async () => {
  await using echo = await startEcho();
  await echo.server[Symbol.asyncDispose]();
  await expect(echo.client.unary({ text: '' }, { deadlineMs: 2_000 })).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});

test('attempts to connect follow each other as fast as they are told to', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let attempts = 0;
  const often = new Promise<void>((resolve) => {
    server.on('connection', () => (attempts += 1) >= 5 && resolve());
  });
  using connection = connect(`127.0.0.1:${(server.address() as AddressInfo).port}`, {
    security: { kind: 'plaintext' },
    reconnect: { initialMs: 10, maxMs: 20 },
  });
  const asking = setInterval(
    () =>
      void connection
        .client(EchoDefinition)
        .unary({ text: '' })
        .catch(() => {}),
    20,
  );
  const began = performance.now();
  await often;
  clearInterval(asking);
  server.close();
  // With the delays of the default, 1 s growing to 30 s, five attempts take 5 s and more.
  expect(performance.now() - began).toBeLessThan(4_000);
});

test('closing the connection ends its calls on both sides', async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  await using echo = await startEcho({
    unary(_request, { signal }) {
      signal.addEventListener('abort', () => aborted.resolve());
      started.resolve();
      return new Promise(() => {});
    },
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const end = new Promise((resolve) => stream.onEnd(resolve));
  const own = new AbortController();
  const asked = echo.client.unary({ text: '' }, { signal: own.signal });
  await started.promise;
  echo.connection[Symbol.dispose]();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(await end).toMatchObject({ code: Status.CANCELLED });
  await aborted.promise;
});

test('the first connection is announced, also to those who ask late', async () => {
  await using echo = await startEcho();
  const first = new Promise<void>((resolve) => echo.connection.onConnected(resolve));
  await echo.client.unary({ text: '' });
  await first;
  let late = false;
  echo.connection.onConnected(() => (late = true));
  expect(late).toBe(true);
});

test('the loss of a connection is announced once', async () => {
  await using echo = await startEcho();
  let losses = 0;
  const lost = new Promise<void>((resolve) => {
    echo.connection.onLost(() => {
      losses += 1;
      resolve();
    });
  });
  await echo.client.unary({ text: '' });
  expect(losses).toBe(0);
  await echo.server[Symbol.asyncDispose]();
  await lost;
  await expect(echo.client.unary({ text: '' })).rejects.toThrow('UNAVAILABLE');
  expect(losses).toBe(1);
});

test('closing a channel is no loss of its connection', async () => {
  await using echo = await startEcho();
  let losses = 0;
  echo.connection.onLost(() => (losses += 1));
  await echo.client.unary({ text: '' });
  echo.connection[Symbol.dispose]();
  expect(losses).toBe(0);
});
