import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { PassThrough } from 'node:stream';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { rawBidi } from '../binding.ts';
import { EchoDefinition, startEcho } from '../echo.fixture.ts';
import { frame } from '../frame.ts';
import { watchUnread } from './unread-stream.ts';

// A stream with `bytes` queued in writes of one byte, which are taken when the test says so.
function unread(bytes: number) {
  const closedWith: (number | undefined)[] = [];
  const stream = Object.assign(new PassThrough({ highWaterMark: 1 }), {
    close(code?: number) {
      closedWith.push(code);
      stream.destroy();
    },
  });
  for (let written = 0; written < bytes; written++) stream.write('x');
  return { stream, closedWith };
}

async function take(stream: PassThrough): Promise<void> {
  const before = stream.writableLength;
  while (stream.writableLength === before) {
    stream.read(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a client that takes something within each bound keeps its stream, however long it takes in all', async () => {
  const clock = new VirtualClock();
  const { stream, closedWith } = unread(10);
  watchUnread(stream, 1_000, clock);
  while (stream.writableLength > 0) {
    clock.advance(900);
    expect(closedWith).toEqual([]);
    await take(stream);
  }
  stream.destroy();
});

test('a client that stops taking loses its stream when the bound and one look more have passed', async () => {
  const clock = new VirtualClock();
  const { stream, closedWith } = unread(10);
  watchUnread(stream, 1_000, clock);
  clock.advance(900);
  await take(stream);
  clock.advance(1_250);
  expect(closedWith).toEqual([constants.NGHTTP2_CANCEL]);
  await once(stream, 'close');
  expect(clock.due()).toEqual([]);
});

test('time in which this process stood still is not the client’s', () => {
  const clock = new VirtualClock();
  using awake = new AwakeClock(clock);
  const { stream, closedWith } = unread(10);
  watchUnread(stream, 1_000, awake);
  clock.leap(3_600_000);
  clock.advance(700);
  expect(closedWith).toEqual([]);
  clock.advance(500);
  expect(closedWith).toEqual([constants.NGHTTP2_CANCEL]);
});

test('a stream that was read to its end is closed though its client leaves its own side open', async () => {
  const bindings = [rawBidi(EchoDefinition, 'chat', (call) => call.onMessage(() => call.end(Status.OK, '')))];
  const limits = { maxReceiveBytes: 1024, defaultDeadlineMs: 1_000, unreadMs: 40 };
  await using echo = await startEcho({}, { bindings, serve: { limits } });
  const session = connect(`http://${echo.address}`);
  const headers = { ':method': 'POST', ':path': '/test.Echo/Chat', 'content-type': 'application/grpc' };
  const stream = session.request(headers, { endStream: false });
  stream.write(frame(Buffer.from('x')));
  stream.resume();
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  session.destroy();
});
