import { once } from 'node:events';
import { Writable } from 'node:stream';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { type EchoImplementation, startEcho, type Text } from '../echo.fixture.ts';
import { taken } from './stall-budget.ts';

const limits = { maxReceiveBytes: 1024, drainMs: 5_000, defaultDeadlineMs: 1_000 };
// Longer than the 64 KiB that a client which does not read takes all the same.
const long = 'x'.repeat(80 * 1024);

test('a client that takes no response for as long as the budget loses its stream, and is told of the setting', async () => {
  const ended = Promise.withResolvers<unknown>();
  const repeat: EchoImplementation['repeat'] = (_request, { signal }) => {
    signal.addEventListener('abort', () => ended.resolve(signal.reason));
    return endless();
  };
  await using echo = await startEcho({ repeat }, { serve: { limits: { ...limits, stallMs: 100 } } });
  const reading = read(echo.client.repeat({ text: '' }));
  await reading.next();
  expect(await ended.promise).toMatchObject({ name: 'AbortError', code: Status.RESOURCE_EXHAUSTED });
  await expect(toEnd(reading)).rejects.toMatchObject({
    code: Status.RESOURCE_EXHAUSTED,
    details: 'the client took no response for 100 ms (SYNCLINE_TEST_STALL)',
  });
  expect(echo.logs()).toEqual([]);
});

test('a stream with nothing to say outlives the budget, beside one that is stalled', async () => {
  const stalled = Promise.withResolvers<unknown>();
  const release = new EventTarget();
  async function* quiet(signal: AbortSignal) {
    yield { text: 'at first' };
    await once(release, 'release', { signal });
    yield { text: 'at last' };
  }
  const repeat: EchoImplementation['repeat'] = ({ text }, { signal }) => {
    if (text === 'quiet') return quiet(signal);
    signal.addEventListener('abort', stalled.resolve);
    return endless();
  };
  await using echo = await startEcho({ repeat }, { serve: { limits: { ...limits, stallMs: 100 } } });
  const waiting = read(echo.client.repeat({ text: 'quiet' }));
  await waiting.next();
  const answer = waiting.next();
  const loud = read(echo.client.repeat({ text: 'loud' }));
  await loud.next();
  await stalled.promise;
  release.dispatchEvent(new Event('release'));
  expect((await answer).value).toEqual({ text: 'at last' });
  await waiting.return();
  await loud.return();
});

test('time in which this process stood still is not the client’s', () => {
  const clock = new VirtualClock();
  using awake = new AwakeClock(clock);
  const unread = new Writable({ write() {} });
  const ended: Status[] = [];
  const call = { signal: new AbortController().signal, end: (code: Status) => void ended.push(code) };
  void taken(unread, Buffer.from(long), call, { ms: 10_000, setting: 'STALL', clock: awake });
  clock.advance(1_000);
  clock.leap(3_600_000);
  clock.advance(8_700);
  expect(ended).toEqual([]);
  clock.advance(50);
  expect(ended).toEqual([Status.RESOURCE_EXHAUSTED]);
});

test('a slow client skips what was replaced while it did not read', async () => {
  using newest = new Latest(0);
  let asked = 0;
  async function* repeat(_request: Text, { signal }: { signal: AbortSignal }) {
    for await (const value of newest.values(signal)) {
      asked++;
      yield { text: `${value} ${long}` };
    }
  }
  await using echo = await startEcho({ repeat }, { serve: { limits: { ...limits, stallMs: 10_000 } } });
  const reading = read(echo.client.repeat({ text: '' }));
  await reading.next();
  for (let value = 1; value <= 500; value++) {
    newest.set(value);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for await (const { text } of reading) if (text.startsWith('500 ')) break;
  // What the buffers of the client and of the line took before they were full, and the newest.
  expect(asked).toBeLessThan(50);
});

// oxlint-disable-next-line typescript/require-await -- a stream that never has to wait
async function* endless(): AsyncGenerator<Text> {
  for (;;) yield { text: long };
}

async function* read(stream: AsyncIterable<Text>): AsyncGenerator<Text, void, undefined> {
  yield* stream;
}

async function toEnd(stream: AsyncIterable<Text>): Promise<void> {
  for await (const _ of stream);
}
