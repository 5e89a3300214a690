import { setTimeout as delay } from 'node:timers/promises';
import { until, untilStill } from '@syncline/testkit/wait.ts';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { implement, rawBidi } from '../binding.ts';
import { type ConnectOptions, connect } from '../connect.ts';
import {
  EchoDefinition,
  type EchoImplementation,
  type EchoServer,
  echo,
  startEcho,
  texts,
} from '../echo.fixture.ts';
import { frame } from '../frame.ts';
import type { RawCall, RawHandler } from '../raw-call.ts';
import { forwarding, type Route } from './forwarding.ts';

const plaintext: ConnectOptions = { security: { kind: 'plaintext' } };
const onward = { metadata: Metadata({ onward: 'yes' }) };

/** A server that passes on what says so, and answers the rest itself. */
function startFront(toBack: Route): Promise<EchoServer> {
  const here = implement<typeof EchoDefinition, 'repeat' | 'chat'>(EchoDefinition, {
    unary: ({ text }) => Promise.resolve({ text: `here: ${text}` }),
    collect: echo.collect,
  });
  const chatHere = rawBidi(EchoDefinition, 'chat', (call) => call.end(Status.OUT_OF_RANGE, 'here'));
  const repeat = implement<typeof EchoDefinition, 'unary' | 'collect' | 'chat'>(EchoDefinition, {
    repeat: echo.repeat,
  });
  const bindings = [forwarding(here, toBack), forwarding(chatHere, toBack), repeat];
  return startEcho({}, { serve: { bindings } });
}

interface Relay extends AsyncDisposable {
  readonly back: EchoServer;
  readonly front: EchoServer;
}

/** Two servers; the first passes everything on that has metadata `onward`. */
async function startRelay(handlers: Partial<EchoImplementation>, chat?: RawHandler): Promise<Relay> {
  await using undo = new AsyncDisposableStack();
  const bindings = chat === undefined ? [] : [rawBidi(EchoDefinition, 'chat', chat)];
  const back = undo.use(await startEcho(handlers, { bindings }));
  const connection = undo.use(connect(back.address, plaintext));
  const front = undo.use(
    await startFront((_, metadata) => (metadata.has('onward') ? { connection, metadata } : undefined)),
  );
  const owned = undo.move();
  return { back, front, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('a call is answered here unless its route says otherwise', async () => {
  await using relay = await startRelay({});
  const { client } = relay.front;
  expect(await client.unary({ text: 'a' })).toEqual({ text: 'here: a' });
  expect(await client.unary({ text: 'a' }, onward)).toEqual({ text: 'a' });
  expect(await client.collect(texts('a', 'b'))).toEqual({ text: 'a b' });
  expect(await client.collect(texts('a', 'b'), onward)).toEqual({ text: 'a b' });
});

test('messages are passed on as they are, though nobody here can read them', async () => {
  await using relay = await startRelay({}, (call) => {
    call.onMessage((message) => call.writeFramed(frame(message)));
    call.onHalfClose(() => call.end(Status.OK, ''));
  });
  const stream = relay.front.connection.raw('/test.Echo/Chat', onward);
  const seen: Buffer[] = [];
  stream.onMessage((message) => void seen.push(message));
  const ended = new Promise((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.from([0xff, 0]));
  stream.write(Buffer.alloc(0));
  stream.halfClose();
  expect(await ended).toMatchObject({ code: Status.OK });
  expect(seen).toEqual([Buffer.from([0xff, 0]), Buffer.alloc(0)]);
});

test('the other server sees the metadata that the route gives, and no identity of this one', async () => {
  const seen: Metadata[] = [];
  await using relay = await startRelay({
    unary(request, { metadata }) {
      seen.push(metadata);
      return Promise.resolve(request);
    },
  });
  await relay.front.client.unary({ text: 'a' }, { metadata: Metadata({ onward: 'yes', mine: 'kept' }) });
  expect(seen.map((metadata) => [metadata.get('mine'), metadata.has('username')])).toEqual([['kept', false]]);
});

test('a status comes back as it was given, and a request that cannot be read is refused where it is answered', async () => {
  const refuse = () => Promise.reject(new ServerError(Status.FAILED_PRECONDITION, 'in its own words'));
  await using relay = await startRelay({ unary: refuse, collect: refuse }, (call) =>
    call.end(Status.DATA_LOSS, 'lost'),
  );
  const { client, connection } = relay.front;
  const words = { code: Status.FAILED_PRECONDITION, details: 'in its own words' };
  await expect(client.unary({ text: 'a' }, onward)).rejects.toMatchObject(words);
  await expect(client.collect(texts('a'), onward)).rejects.toMatchObject(words);
  const ended = new Promise((resolve) => connection.raw('/test.Echo/Chat', onward).onEnd(resolve));
  expect(await ended).toMatchObject({ code: Status.DATA_LOSS, details: 'lost' });
  const unreadable = connection.raw('/test.Echo/Unary');
  const refused = new Promise((resolve) => unreadable.onEnd(resolve));
  unreadable.write(Buffer.from([0xff]));
  unreadable.halfClose();
  expect(await refused).toMatchObject({
    code: Status.INTERNAL,
    details: 'cannot decode the request (1 bytes): 0xff is no text',
  });
});

test('an answer that comes before the last request ends the call', async () => {
  await using relay = await startRelay({
    collect: () => Promise.reject(new ServerError(Status.ABORTED, 'enough')),
  });
  const never = new AbortController();
  async function* endless() {
    yield { text: 'a' };
    await delay(60_000, undefined, { signal: never.signal, ref: false });
  }
  await expect(relay.front.client.collect(endless(), onward)).rejects.toMatchObject({ code: Status.ABORTED });
  never.abort();
});

test('a call that is cancelled is cancelled at the other server', async () => {
  const reached = Promise.withResolvers<AbortSignal>();
  await using relay = await startRelay({
    unary: async (request, { signal }) => {
      reached.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return request;
    },
  });
  const caller = new AbortController();
  const call = relay.front.client.unary({ text: 'a' }, { ...onward, signal: caller.signal });
  const signal = await reached.promise;
  caller.abort();
  await expect(call).rejects.toThrow('aborted');
  await until(() => signal.aborted, { deadlineMs: 5_000, describe: 'the end at the other server' });
});

test('a unary call may take as long as its caller says, whatever the other server gives those that say nothing', async () => {
  const unary: EchoImplementation['unary'] = (request, { signal }) =>
    delay(600, request, { signal, ref: false });
  const limits = { maxReceiveBytes: 1 << 20, drainMs: 1_000, defaultDeadlineMs: 200 };
  await using back = await startEcho({ unary }, { serve: { limits } });
  using connection = connect(back.address, plaintext);
  await using front = await startFront((_, metadata) => ({ connection, metadata }));
  await expect(front.client.unary({ text: 'a' }, { deadlineMs: 5_000 })).resolves.toEqual({ text: 'a' });
  await expect(front.client.unary({ text: 'a' }, { deadlineMs: 100 })).rejects.toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
  });
});

test('without the other server a call is UNAVAILABLE, and so is one whose line is closed under it', async () => {
  const back = await startEcho();
  await back[Symbol.asyncDispose]();
  const connection = connect(back.address, plaintext);
  await using front = await startFront(() => ({ connection, metadata: Metadata() }));
  await expect(front.client.unary({ text: 'a' })).rejects.toMatchObject({ code: Status.UNAVAILABLE });

  const opened = Promise.withResolvers<RawCall>();
  await using silent = await startEcho({}, { bindings: [rawBidi(EchoDefinition, 'chat', opened.resolve)] });
  const line = connect(silent.address, plaintext);
  await using second = await startFront(() => ({ connection: line, metadata: Metadata() }));
  const ended = new Promise((resolve) => second.connection.raw('/test.Echo/Chat').onEnd(resolve));
  await opened.promise;
  line[Symbol.dispose]();
  expect(await ended).toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'the line to the server that this was passed on to was closed',
  });
});

test('a server that gives two answers where there is one is not believed', async () => {
  const twice: RawHandler = (call) => {
    call.writeFramed(Buffer.concat([frame(Buffer.from('a')), frame(Buffer.from('b'))]));
  };
  await using back = await startEcho({}, { bindings: [rawBidi(EchoDefinition, 'chat', twice)] });
  const connection = connect(back.address, plaintext);
  const misled = { ...connection, raw: () => connection.raw('/test.Echo/Chat') };
  await using front = await startFront(() => ({ connection: misled, metadata: Metadata() }));
  await expect(front.client.unary({ text: 'a' })).rejects.toMatchObject({
    code: Status.INTERNAL,
    details: 'more than one answer was to be passed back',
  });
  connection[Symbol.dispose]();
});

// In bytes.
const message = 32 * 1024;
const queue = 256 * 1024;
const most = 64 * 2 ** 20;

test('a caller that does not read holds the other server back, and has everything in the end', async () => {
  let written = 0;
  const writeOn = (call: RawCall) => {
    while (call.queuedBytes < queue && written < most) {
      call.writeFramed(frame(Buffer.alloc(message)));
      written += message;
    }
    if (written >= most) call.end(Status.OK, '');
  };
  await using relay = await startRelay({}, (call) => {
    call.onDrain(() => writeOn(call));
    writeOn(call);
  });
  const stream = relay.front.connection.raw('/test.Echo/Chat', onward);
  expect(await untilStill(queue, () => written)).toBeLessThan(4 * 2 ** 20);
  let read = 0;
  stream.onMessage(({ byteLength }) => {
    read += byteLength;
  });
  expect(await new Promise((resolve) => stream.onEnd(resolve))).toMatchObject({ code: Status.OK });
  expect([read, written]).toEqual([most, most]);
});

test('another server that does not read holds its caller back, and has everything in the end', async () => {
  const opened = Promise.withResolvers<RawCall>();
  let read = 0;
  await using relay = await startRelay({}, (call) => {
    call.onMessage(({ byteLength }) => {
      read += byteLength;
    });
    call.onHalfClose(() => call.end(Status.OK, ''));
    call.pause();
    opened.resolve(call);
  });
  const stream = relay.front.connection.raw('/test.Echo/Chat', onward);
  let written = 0;
  const writeOn = () => {
    while (written < most) {
      written += message;
      if (!stream.write(Buffer.alloc(message))) return;
    }
    stream.halfClose();
  };
  stream.onDrain(writeOn);
  writeOn();
  const call = await opened.promise;
  expect(await untilStill(queue, () => written)).toBeLessThan(8 * 2 ** 20);
  call.resume();
  expect(await new Promise((resolve) => stream.onEnd(resolve))).toMatchObject({ code: Status.OK });
  expect([read, written]).toEqual([most, most]);
});

test('a method that streams its answers cannot be passed on unless it is raw', () => {
  expect(() => forwarding(implement(EchoDefinition, echo), () => undefined)).toThrow(
    'forwarding: /test.Echo/Repeat streams its answers; bind it with rawBidi()',
  );
});
