import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { rawBidi } from '../binding.ts';
import { EchoDefinition, type EchoServer, startEcho, texts } from '../echo.fixture.ts';
import { frame } from '../frame.ts';
import type { RawCall, RawHandler } from '../raw-call.ts';
import { framedWritesWork } from './http2-probe.ts';

const startRaw = (handler: RawHandler, serve = {}): Promise<EchoServer> =>
  startEcho({}, { bindings: [rawBidi(EchoDefinition, 'chat', handler)], serve });

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);
const framed = (words: readonly string[]) => Buffer.concat(words.map((word) => frame(Buffer.from(word))));

test('framed writes work with the grpc-js that is installed', async () => {
  expect(await framedWritesWork()).toBe(true);
});

test('thousands of messages in one write reach an ordinary client in order', async () => {
  const words = numbered(5_000);
  await using echo = await startRaw((call) => {
    call.onMessage(() => {
      call.writeFramed(framed(words));
      call.end(Status.OK, '');
    });
  });
  const received: string[] = [];
  for await (const { text } of echo.client.chat(texts('go'))) received.push(text);
  expect(received).toEqual(words);
});

test('requests arrive undecoded and in order, and half-close ends nothing', async () => {
  const seen: string[] = [];
  await using echo = await startRaw((call) => {
    expect(call.method).toBe('/test.Echo/Chat');
    expect(call.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    call.onMessage((message) => seen.push(message.toString()));
    call.onHalfClose(() => {
      call.writeFramed(frame(Buffer.from(seen.join(' '))));
      call.end(Status.OK, '');
    });
  });
  const received: string[] = [];
  for await (const { text } of echo.client.chat(texts('a', 'b', 'c'))) received.push(text);
  expect(received).toEqual(['a b c']);
});

test('the queue of a client that does not read shows as bytes, and its emptying is told', async () => {
  const opened = Promise.withResolvers<RawCall>();
  const drained = Promise.withResolvers<number>();
  await using echo = await startRaw((call) => {
    call.onMessage(() => {});
    call.onDrain(() => drained.resolve(call.queuedBytes));
    opened.resolve(call);
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const call = await opened.promise;
  const kilobytes = framed(['x'.repeat(32 * 1024)]);
  for (let written = 0; written < 64; written++) call.writeFramed(kilobytes);
  expect(call.queuedBytes).toBeGreaterThan(1024 * 1024);
  let received = 0;
  stream.onMessage(() => received++);
  expect(await drained.promise).toBe(0);
  call.end(Status.OK, 'done');
  expect(await new Promise((resolve) => stream.onEnd(resolve))).toMatchObject({ code: Status.OK });
  expect(received).toBe(64);
});

test('cancelling aborts the signal, and writing on is harmless', async () => {
  const opened = Promise.withResolvers<RawCall>();
  await using echo = await startRaw((call) => opened.resolve(call));
  const stream = echo.connection.raw('/test.Echo/Chat');
  const call = await opened.promise;
  const aborted = new Promise((resolve) => call.signal.addEventListener('abort', resolve));
  stream.cancel();
  await aborted;
  expect(call.signal.reason).toMatchObject({ name: 'AbortError', code: Status.CANCELLED });
  call.writeFramed(frame(Buffer.from('late')));
  call.end(Status.OK, '');
  expect(await echo.client.unary({ text: 'alive' })).toEqual({ text: 'alive' });
});

test('a vanished client cannot hurt a writer that has not noticed yet', async () => {
  const opened = Promise.withResolvers<RawCall>();
  await using echo = await startRaw((call) => opened.resolve(call));
  const stream = echo.connection.raw('/test.Echo/Chat');
  const call = await opened.promise;
  const aborted = new Promise((resolve) => call.signal.addEventListener('abort', resolve));
  stream.cancel();
  const writing = setInterval(() => call.writeFramed(frame(Buffer.alloc(1024))), 0);
  await aborted;
  clearInterval(writing);
  expect(await echo.client.unary({ text: 'alive' })).toEqual({ text: 'alive' });
});

test('a stop ends raw streams with UNAVAILABLE after what was queued', async () => {
  const ended = Promise.withResolvers<unknown>();
  await using echo = await startRaw((call) => {
    call.signal.addEventListener('abort', () => ended.resolve(call.signal.reason));
    call.writeFramed(framed(['a', 'b']));
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const received: string[] = [];
  const end = new Promise((resolve) => stream.onEnd(resolve));
  stream.onMessage((message) => {
    received.push(message.toString());
    if (received.length === 2) echo.stop();
  });
  expect(await end).toMatchObject({ code: Status.UNAVAILABLE, details: 'server is stopping' });
  expect(received).toEqual(['a', 'b']);
  expect(await ended.promise).toMatchObject({ code: Status.UNAVAILABLE });
});

// More than HTTP/2's window takes, in several writes.
function fill(call: RawCall): void {
  const kilobytes = framed(['x'.repeat(32 * 1024)]);
  for (let written = 0; written < 64; written++) call.writeFramed(kilobytes);
  expect(call.queuedBytes).toBeGreaterThan(1024 * 1024);
}

test.each([
  ['failed', Status.ABORTED, { drainMs: 50 }],
  ['ended well', Status.OK, { drainMs: 60_000, unreadMs: 50 }],
])(
  'a client that does not read is cut some time after its stream %s, and frees what was queued',
  async (_, code, bound) => {
    const opened = Promise.withResolvers<RawCall>();
    const limits = { maxReceiveBytes: 1024, defaultDeadlineMs: 1000, ...bound };
    await using echo = await startRaw((call) => opened.resolve(call), { limits });
    const stream = echo.connection.raw('/test.Echo/Chat');
    const closed = new Promise((resolve) => stream.onEnd(resolve));
    stream.pause();
    const call = await opened.promise;
    fill(call);
    call.end(code, 'the end');
    expect(await closed).toMatchObject({ code: Status.CANCELLED });
    expect(call.queuedBytes).toBe(0);
  },
);

test('a stream that ended well is read to its end by a client that begins when a failed one would be cut', async () => {
  const opened: PromiseWithResolvers<RawCall>[] = [Promise.withResolvers(), Promise.withResolvers()];
  const limits = { maxReceiveBytes: 1024, drainMs: 50, defaultDeadlineMs: 1000 };
  let calls = 0;
  await using echo = await startRaw((call) => opened[calls++]?.resolve(call), { limits });
  const late = echo.connection.raw('/test.Echo/Chat');
  const well = await opened[0]?.promise;
  const cut = echo.connection.raw('/test.Echo/Chat');
  const failed = await opened[1]?.promise;
  if (well === undefined || failed === undefined) throw new Error('two calls were not opened');
  const cutEnd = new Promise((resolve) => cut.onEnd(resolve));
  fill(well);
  fill(failed);
  well.end(Status.OK, '');
  failed.end(Status.ABORTED, 'slow consumer');
  expect(await cutEnd).toMatchObject({ code: Status.CANCELLED });
  let received = 0;
  late.onMessage(() => received++);
  expect(await new Promise((resolve) => late.onEnd(resolve))).toMatchObject({ code: Status.OK });
  expect(received).toBe(64);
});

test('a message over the limit ends the stream with its size and the limit', async () => {
  const limits = { maxReceiveBytes: 1024, defaultDeadlineMs: 1000 };
  await using echo = await startRaw((call) => call.onMessage(() => {}), { limits });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const end = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.alloc(1025));
  stream.resume();
  expect(await end).toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringMatching(/1025.*1024/) as string,
  });
});

test('a throwing listener ends the stream as INTERNAL and is logged with the method', async () => {
  await using echo = await startRaw((call) => {
    call.onMessage(() => {
      throw new TypeError('of ours');
    });
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const end = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from('x'));
  stream.resume();
  expect(await end).toMatchObject({ code: Status.INTERNAL });
  expect(echo.logs()).toMatchObject([{ method: '/test.Echo/Chat', err: { message: 'of ours' } }]);
});

test('pausing holds the client back, resuming lets it go on', async () => {
  const opened = Promise.withResolvers<RawCall>();
  let seen = 0;
  await using echo = await startRaw((call) => {
    call.onMessage(() => {
      if (++seen === 1) {
        call.pause();
        opened.resolve(call);
      }
    });
    call.onHalfClose(() => call.end(Status.OK, ''));
  });
  const stream = echo.connection.raw('/test.Echo/Chat');
  const end = new Promise((resolve) => stream.onEnd(resolve));
  for (let sent = 0; sent < 1000; sent++) stream.write(Buffer.alloc(1024));
  stream.halfClose();
  stream.resume();
  const call = await opened.promise;
  expect(await echo.client.unary({ text: 'others go on' })).toEqual({ text: 'others go on' });
  expect(seen).toBe(1);
  call.resume();
  expect(await end).toMatchObject({ code: Status.OK });
  expect(seen).toBe(1000);
});
