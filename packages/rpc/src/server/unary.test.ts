import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { startEcho, texts } from '../echo.fixture.ts';

test('a unary call is answered', async () => {
  await using echo = await startEcho();
  expect(await echo.client.unary({ text: 'hello' })).toEqual({ text: 'hello' });
});

test('a client-streaming call is answered after its half-close', async () => {
  await using echo = await startEcho();
  expect(await echo.client.collect(texts('a', 'b', 'c'))).toEqual({ text: 'a b c' });
});

test('metadata, header and trailer cross both ways, binary values included', async () => {
  await using echo = await startEcho({
    unary(_request, context) {
      context.header.set('seen', context.metadata.get('asked') ?? '');
      context.trailer.set('end-bin', new Uint8Array([1, 2, 255]));
      return Promise.resolve({ text: context.peer.replace(/:\d+$/, '') });
    },
  });
  const heard: Record<string, unknown> = {};
  const response = await echo.client.unary(
    { text: '' },
    {
      metadata: Metadata({ asked: 'yes' }),
      onHeader: (header) => (heard['seen'] = header.get('seen')),
      onTrailer: (trailer) => (heard['end'] = trailer.get('end-bin')),
    },
  );
  expect(response.text).toBe('127.0.0.1');
  expect(heard).toEqual({ seen: 'yes', end: Buffer.from([1, 2, 255]) });
});

test('a ServerError reaches the client with its code, details and trailer', async () => {
  await using echo = await startEcho({
    unary(_request, context) {
      context.trailer.set('why', 'because');
      throw new ServerError(Status.NOT_FOUND, 'no interface eth9');
    },
  });
  let why: string | undefined;
  const failed = echo.client.unary({ text: '' }, { onTrailer: (trailer) => (why = trailer.get('why')) });
  await expect(failed).rejects.toMatchObject({ code: Status.NOT_FOUND, details: 'no interface eth9' });
  expect(why).toBe('because');
  expect(echo.logs()).toEqual([]);
});

test('an unexpected error is INTERNAL without its text, and logged once with the method', async () => {
  await using echo = await startEcho({
    unary() {
      throw new TypeError('secret of the house');
    },
  });
  const error = await echo.client.unary({ text: '' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: Status.INTERNAL });
  expect(String(error)).not.toContain('secret');
  expect(echo.logs()).toMatchObject([
    { msg: 'handler failed', method: '/test.Echo/Unary', err: { message: 'secret of the house' } },
  ]);
});

test('a request that cannot be decoded is INTERNAL and says why', async () => {
  await using echo = await startEcho();
  const stream = echo.connection.raw('/test.Echo/Unary');
  const ended = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from([0xff]));
  stream.halfClose();
  stream.resume();
  expect(await ended).toMatchObject({
    code: Status.INTERNAL,
    details: 'cannot decode the request (1 bytes): 0xff is no text',
  });
});

test('a response that cannot be encoded is INTERNAL and logged', async () => {
  await using echo = await startEcho({ unary: () => Promise.resolve({ text: '!' }) });
  await expect(echo.client.unary({ text: '' })).rejects.toMatchObject({ code: Status.INTERNAL });
  expect(echo.logs()).toMatchObject([{ msg: 'handler failed', err: { message: '! cannot be encoded' } }]);
});

test('cancelling on the client aborts the signal of the handler', async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    unary(_request, { signal }) {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason));
      started.resolve();
      return new Promise(() => {});
    },
  });
  const cancel = new AbortController();
  const failed = echo.client.unary({ text: '' }, { signal: cancel.signal });
  await started.promise;
  cancel.abort();
  await expect(failed).rejects.toMatchObject({ name: 'AbortError' });
  expect(await aborted.promise).toMatchObject({ name: 'AbortError', code: Status.CANCELLED });
});

test("a client's deadline ends its call", async () => {
  await using echo = await startEcho({ unary: () => new Promise(() => {}) });
  const failed = echo.client.unary({ text: '' }, { deadlineMs: 50 });
  await expect(failed).rejects.toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
    details: 'no answer within 50 ms',
  });
});

test('a deadline between two milliseconds is told as the next whole one', async () => {
  await using echo = await startEcho({ unary: () => new Promise(() => {}) });
  const failed = echo.client.unary({ text: '' }, { deadlineMs: 49.98 });
  await expect(failed).rejects.toMatchObject({ details: 'no answer within 50 ms' });
});

test("a client's deadline replaces the server's default", async () => {
  await using echo = await startEcho(
    { unary: (request, { signal }) => sleep(60, request, { signal }) },
    { serve: { limits: { maxReceiveBytes: 1024, defaultDeadlineMs: 10 } } },
  );
  expect(await echo.client.unary({ text: 'slow' }, { deadlineMs: 2_000 })).toEqual({ text: 'slow' });
});

test('a handler is told the deadline it was given', async () => {
  const aborted = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    unary(_request, { signal }) {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason));
      return new Promise(() => {});
    },
  });
  const stream = echo.connection.raw('/test.Echo/Unary', { metadata: Metadata({ 'grpc-timeout': '30m' }) });
  const ended = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from('x'));
  stream.halfClose();
  stream.resume();
  expect(await ended).toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  expect(await aborted.promise).toMatchObject({ name: 'AbortError', code: Status.DEADLINE_EXCEEDED });
});

test("a call without a deadline gets the server's", async () => {
  const aborted = Promise.withResolvers<unknown>();
  await using echo = await startEcho(
    {
      unary(_request, { signal }) {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return new Promise(() => {});
      },
    },
    { serve: { limits: { maxReceiveBytes: 1024, defaultDeadlineMs: 30 } } },
  );
  const stream = echo.connection.raw('/test.Echo/Unary');
  const ended = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from('x'));
  stream.halfClose();
  stream.resume();
  expect(await ended).toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
    details: "no deadline was set; the server's 30 ms passed",
  });
  expect(await aborted.promise).toMatchObject({ code: Status.DEADLINE_EXCEEDED });
});

test('a message over the limit is RESOURCE_EXHAUSTED with its size and the limit', async () => {
  await using echo = await startEcho(
    {},
    { serve: { limits: { maxReceiveBytes: 1024, defaultDeadlineMs: 1000 } } },
  );
  const failed = echo.client.unary({ text: 'x'.repeat(1025) });
  await expect(failed).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: expect.stringMatching(/1025.*1024/) as string,
  });
});

test('a client stream may be answered before it has ended', async () => {
  await using echo = await startEcho({
    async collect(requests) {
      for await (const { text } of requests) return { text: `first: ${text}` };
      return { text: 'none' };
    },
  });
  async function* endless() {
    for (;;) {
      yield { text: 'a' };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  expect(await echo.client.collect(endless())).toEqual({ text: 'first: a' });
});

test('a stop lets unary calls finish, and refuses new ones', async () => {
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  await using echo = await startEcho({
    async unary(request) {
      started.resolve();
      await finish.promise;
      return request;
    },
  });
  const answer = echo.client.unary({ text: 'last' });
  await started.promise;
  echo.stop();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await expect(echo.client.unary({ text: 'late' }, { deadlineMs: 500 })).rejects.toBeInstanceOf(ClientError);
  finish.resolve();
  expect(await answer).toEqual({ text: 'last' });
});

test('a unary call that outlives the drain is cut and its signal aborts', async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  await using echo = await startEcho(
    {
      unary(_request, { signal }) {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        started.resolve();
        return new Promise(() => {});
      },
    },
    { serve: { limits: { maxReceiveBytes: 1024, drainMs: 50, defaultDeadlineMs: 60_000 } } },
  );
  const failed = echo.client.unary({ text: '' }).catch((error: unknown) => error);
  await started.promise;
  await echo.server[Symbol.asyncDispose]();
  expect(await failed).toBeInstanceOf(ClientError);
  expect(await aborted.promise).toMatchObject({ name: 'AbortError' });
  expect(echo.logs()).toMatchObject([{ msg: 'calls outlived the drain and were cut', calls: 1 }]);
});
