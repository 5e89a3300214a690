import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { startEcho, type Text, texts } from '../echo.fixture.ts';
import { frame } from '../frame.ts';

test('a server stream delivers its messages in order and ends OK', async () => {
  await using echo = await startEcho();
  expect(await all(echo.client.repeat({ text: 'a b c' }))).toEqual(['a', 'b', 'c']);
});

test('a bidirectional stream answers while requests come', async () => {
  await using echo = await startEcho();
  expect(await all(echo.client.chat(texts('a', 'b')))).toEqual(['a', 'b']);
});

test('the header may be sent before the first message, the trailer comes with the end', async () => {
  const release = Promise.withResolvers<void>();
  await using echo = await startEcho({
    async *repeat(_request, context) {
      context.header.set('h', '1');
      context.trailer.set('t', '2');
      context.sendHeader();
      await release.promise;
      yield { text: context.metadata.get('asked') ?? '' };
    },
  });
  const header = Promise.withResolvers<Metadata>();
  const trailer = Promise.withResolvers<Metadata>();
  const received = all(
    echo.client.repeat(
      { text: '' },
      { metadata: Metadata({ asked: 'x' }), onHeader: header.resolve, onTrailer: trailer.resolve },
    ),
  );
  expect((await header.promise).get('h')).toBe('1');
  release.resolve();
  expect(await received).toEqual(['x']);
  expect((await trailer.promise).get('t')).toBe('2');
});

test('an error after some messages ends the stream with its status', async () => {
  await using echo = await startEcho({
    async *repeat() {
      yield* texts('a', 'b');
      throw new ServerError(Status.ABORTED, 'slow consumer');
    },
  });
  const received: string[] = [];
  const failed = (async () => {
    for await (const { text } of echo.client.repeat({ text: '' })) received.push(text);
  })();
  await expect(failed).rejects.toMatchObject({ code: Status.ABORTED, details: 'slow consumer' });
});

test('leaving the loop on the client runs the finally of the generator', async () => {
  const finalised = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    async *repeat(_request, { signal }) {
      try {
        yield { text: 'one' };
        await once(new EventTarget(), 'never', { signal });
      } finally {
        finalised.resolve(signal.reason);
      }
    },
  });
  for await (const { text } of echo.client.repeat({ text: '' })) {
    expect(text).toBe('one');
    break;
  }
  expect(await finalised.promise).toMatchObject({ name: 'AbortError', code: Status.CANCELLED });
  expect(echo.logs()).toEqual([]);
});

test('a generator that never looks at its signal is finalised at its next yield', async () => {
  const finalised = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    async *repeat() {
      try {
        for (;;) {
          yield { text: 'x' };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } catch (error) {
        finalised.resolve(error);
        throw error;
      }
    },
  });
  for await (const _ of echo.client.repeat({ text: '' })) break;
  expect(await finalised.promise).toMatchObject({ code: Status.CANCELLED });
});

test('a reader that does not read holds the generator back', async () => {
  let produced = 0;
  await using echo = await startEcho({
    async *repeat(_request, { signal }) {
      while (!signal.aborted) {
        produced++;
        yield { text: 'x'.repeat(8 * 1024) };
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  });
  const reading = echo.client.repeat({ text: '' })[Symbol.asyncIterator]();
  await reading.next();
  const stalledAt = await settled(() => produced);
  // What the window of 64 KiB and the buffers of the client hold: the next is asked for when one is taken whole.
  expect(stalledAt).toBeLessThan(1_000);
  await reading.next();
  await reading.return?.();
});

test('a message that cannot be encoded is thrown into the generator, which may go on', async () => {
  await using echo = await startEcho({
    async *repeat() {
      try {
        yield { text: '!' };
      } catch (error) {
        yield { text: String(error) };
      }
      yield* texts('b');
    },
  });
  expect(await all(echo.client.repeat({ text: '' }))).toEqual(['RangeError: ! cannot be encoded', 'b']);
});

test('half-closing does not end a bidirectional stream', async () => {
  const halfClosed = Promise.withResolvers<void>();
  await using echo = await startEcho({
    async *chat(requests) {
      for await (const request of requests) yield request;
      halfClosed.resolve();
      yield* texts('still', 'here');
    },
  });
  expect(await all(echo.client.chat(texts('a')))).toEqual(['a', 'still', 'here']);
});

test('a handler may answer before it has read all requests', async () => {
  await using echo = await startEcho({ chat: () => texts('early') });
  expect(await all(echo.client.chat(texts('a', 'b', 'c')))).toEqual(['early']);
});

test('requests of a client that vanishes end with an abort', async () => {
  const ended = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    async *chat(requests) {
      try {
        yield* requests;
      } catch (error) {
        ended.resolve(error);
        throw error;
      }
    },
  });
  const socket = connectSocket(echo.server.port, '127.0.0.1');
  const session = connect('http://test', { createConnection: () => socket }).on('error', () => {});
  const headers = { ':method': 'POST', ':path': '/test.Echo/Chat', 'content-type': 'application/grpc' };
  const stream = session.request(headers, { endStream: false }).on('error', () => {});
  stream.write(frame(Buffer.from('a')));
  await once(stream, 'data');
  socket.resetAndDestroy();
  expect(await ended.promise).toMatchObject({ name: 'AbortError', code: Status.CANCELLED });
  expect(echo.logs()).toEqual([]);
});

test('a stop ends open streams with UNAVAILABLE, even of a generator that is deaf to its signal', async () => {
  const signals: AbortSignal[] = [];
  await using echo = await startEcho({
    async *repeat(_request, { signal }) {
      signals.push(signal);
      yield { text: 'open' };
      await new Promise(() => {});
    },
  });
  const failed = (async () => {
    for await (const _ of echo.client.repeat({ text: '' })) echo.stop();
  })();
  await expect(failed).rejects.toMatchObject({ code: Status.UNAVAILABLE, details: 'server is stopping' });
  expect(signals[0]?.reason).toMatchObject({ name: 'AbortError', code: Status.UNAVAILABLE });
  await echo.server[Symbol.asyncDispose]();
  expect(echo.logs()).toEqual([]);
});

test('a reader that never reads is cut when the drain is over', async () => {
  let produced = 0;
  await using echo = await startEcho(
    {
      async *repeat(_request, { signal }) {
        while (!signal.aborted) {
          produced++;
          yield { text: 'x'.repeat(64 * 1024) };
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    },
    { serve: { limits: { maxReceiveBytes: 1024, drainMs: 50, defaultDeadlineMs: 1000 } } },
  );
  const reading = echo.client.repeat({ text: '' })[Symbol.asyncIterator]();
  await reading.next();
  await settled(() => produced);
  await echo.server[Symbol.asyncDispose]();
  expect(echo.logs()).toMatchObject([{ msg: 'calls outlived the drain and were cut' }]);
});

async function all(stream: AsyncIterable<Text>): Promise<string[]> {
  const received: string[] = [];
  for await (const { text } of stream) received.push(text);
  return received;
}

/** The value once it has stopped changing for twenty turns of the event loop and their I/O. */
async function settled(value: () => number): Promise<number> {
  for (let last = value(), still = 0; ; ) {
    await new Promise((resolve) => setImmediate(resolve));
    still = value() === last ? still + 1 : 0;
    last = value();
    if (still === 20) return last;
  }
}
