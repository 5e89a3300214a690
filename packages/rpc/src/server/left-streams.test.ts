import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { expect, test } from 'vitest';
import { startEcho } from '../echo.fixture.ts';
import { frame } from '../frame.ts';
import { leftStreams } from './left-streams.ts';

test('a client that leaves 3,000 streams in a burst keeps its connection, and its other streams', async () => {
  await using echo = await startEcho();
  const session = connect(`http://${echo.address}`);
  const goneAway = goAwayOf(session);
  const open = chat(session);
  await once(open, 'data');
  for (let left = 0; left < 3_000; left += 100) await leave(session, 100);
  expect(goneAway()).toBe(false);
  open.write(frame(Buffer.from('still here')));
  const [answer] = (await once(open, 'data')) as [Buffer];
  expect(answer).toEqual(frame(Buffer.from('still here')));
  session.destroy();
});

test('a client that resets far more than that at once loses its connection', async () => {
  await using echo = await startEcho();
  const session = connect(`http://${echo.address}`);
  const goneAway = goAwayOf(session);
  const bound = leftStreams.streamResetBurst * 3;
  for (let left = 0; left < bound && !goneAway(); left += 5_000) await reset(session, 5_000);
  expect(goneAway()).toBe(true);
  session.destroy();
});

const headers = { ':method': 'POST', ':path': '/test.Echo/Chat', 'content-type': 'application/grpc' };

/** A call that has one answer to come. */
function chat(session: ClientHttp2Session) {
  const call = session.request(headers, { endStream: false }).on('error', () => {});
  call.write(frame(Buffer.from('here')));
  return call;
}

/** Opens calls at once, waits until the server has answered each, and leaves it. */
async function leave(session: ClientHttp2Session, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      if (session.destroyed || session.closed) return;
      const call = chat(session);
      const closed = new Promise((resolve) => call.on('close', resolve));
      await Promise.race([closed, new Promise((resolve) => call.on('response', resolve))]);
      call.close(constants.NGHTTP2_CANCEL);
      await closed;
    }),
  );
}

/** Opens calls at once and resets them unanswered, which is faster than the server forgets. */
async function reset(session: ClientHttp2Session, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      if (session.destroyed || session.closed) return;
      const call = chat(session);
      const closed = new Promise((resolve) => call.on('close', resolve));
      call.close(constants.NGHTTP2_CANCEL);
      await closed;
    }),
  );
}

function goAwayOf(session: ClientHttp2Session): () => boolean {
  let gone = false;
  session.on('goaway', () => (gone = true)).on('error', () => (gone = true));
  return () => gone;
}
