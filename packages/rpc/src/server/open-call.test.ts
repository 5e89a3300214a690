import { Metadata, Status } from 'nice-grpc-common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEcho } from '../echo.fixture.ts';

const hourMs = 3_600_000;

// The wall clock alone stands still until it is stepped; timers and the monotonic clock go on.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

/** A call that is never answered, with this `grpc-timeout`: opened, and why it ended. */
async function unanswered(timeout: string) {
  const opened = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const echo = await startEcho({
    unary(_request, { signal }) {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason));
      opened.resolve();
      return new Promise(() => {});
    },
  });
  const metadata = Metadata({ 'grpc-timeout': timeout });
  const stream = echo.connection.raw('/test.Echo/Unary', { metadata });
  stream.write(Buffer.from('x'));
  stream.halfClose();
  stream.resume();
  await opened.promise;
  return { echo, stream, aborted: aborted.promise };
}

test('a client that cancels has cancelled, though the wall clock jumped over the deadline', async () => {
  const { echo, stream, aborted } = await unanswered('60S');
  await using _ = echo;
  vi.setSystemTime(Date.now() + hourMs);
  stream.cancel();
  expect(await aborted).toMatchObject({ code: Status.CANCELLED });
});

test('a deadline that passes is told as that, though the wall clock jumped back', async () => {
  const { echo, aborted } = await unanswered('50m');
  await using _ = echo;
  vi.setSystemTime(Date.now() - hourMs);
  expect(await aborted).toMatchObject({ code: Status.DEADLINE_EXCEEDED });
});
