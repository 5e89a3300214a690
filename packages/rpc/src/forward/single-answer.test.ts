import { setImmediate as turn } from 'node:timers/promises';
import { until, untilStill } from '@syncline/testkit/wait.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { rawBidi } from '../binding.ts';
import { EchoDefinition, type EchoServer, startEcho } from '../echo.fixture.ts';
import { singleAnswer } from './single-answer.ts';

const never = new AbortController().signal;
const requestBytes = 32 * 1024;
/** Requests that fit into the 64 KiB which an HTTP/2 stream takes without a reader. */
const heldOnTheWay = 2;
const onwardTo = ({ connection }: EchoServer) => connection.raw('/test.Echo/Collect');

test('requests that are not read are not asked for, and all of them arrive in the end', async () => {
  const open = Promise.withResolvers<void>();
  let arrived = 0;
  await using back = await startEcho({
    async collect(requests) {
      await open.promise;
      for await (const { text } of requests) arrived += text.length;
      return { text: 'done' };
    },
  });
  const count = 2_048;
  let given = 0;
  async function* requests() {
    for (; given < count; given++) {
      await turn();
      yield Buffer.alloc(requestBytes, 'x');
    }
  }
  const answer = singleAnswer(onwardTo(back), requests(), never);
  expect(await untilStill(heldOnTheWay, () => given)).toBeLessThan(count / 8);
  open.resolve();
  expect(Buffer.from(await answer).toString()).toBe('done');
  expect([given, arrived]).toEqual([count, count * requestBytes]);
});

test('requests are not asked for any more once there is a status', async () => {
  await using back = await startEcho({
    collect: () => Promise.reject(new ServerError(Status.ABORTED, 'enough')),
  });
  const returned = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) {
        await turn();
        yield Buffer.from('x');
      }
    } finally {
      returned.resolve();
    }
  }
  await expect(singleAnswer(onwardTo(back), endless(), never)).rejects.toMatchObject({
    code: Status.ABORTED,
  });
  await returned.promise;
});

test('requests that wait to be read are let go once there is a status', async () => {
  const refused = Promise.withResolvers<never>();
  await using back = await startEcho({ collect: () => refused.promise });
  const returned = Promise.withResolvers<void>();
  let given = 0;
  async function* endless() {
    try {
      for (;;) {
        await turn();
        given += 1;
        yield Buffer.alloc(requestBytes, 'x');
      }
    } finally {
      returned.resolve();
    }
  }
  const answer = singleAnswer(onwardTo(back), endless(), never);
  await untilStill(heldOnTheWay, () => given);
  refused.reject(new ServerError(Status.ABORTED, 'enough'));
  await expect(answer).rejects.toMatchObject({ code: Status.ABORTED });
  await returned.promise;
});

test('a call that ends well without an answer is INTERNAL', async () => {
  const none = rawBidi(EchoDefinition, 'chat', (call) => call.end(Status.OK, ''));
  await using back = await startEcho({}, { bindings: [none] });
  const onward = back.connection.raw('/test.Echo/Chat');
  await expect(singleAnswer(onward, [], never)).rejects.toMatchObject({
    code: Status.INTERNAL,
    details: 'there was no answer to pass back',
  });
});

test('requests that fail end the call at the other server, and are what it failed of', async () => {
  const reached = Promise.withResolvers<AbortSignal>();
  await using back = await startEcho({
    // Node's HTTP/2 client half-closes a stream that it resets: only the signal tells a cancelled call from a complete one.
    async collect(_, { signal }) {
      reached.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { text: 'never' };
    },
  });
  async function* failing() {
    yield Buffer.from('x');
    await reached.promise;
    throw new RangeError('no more');
  }
  await expect(singleAnswer(onwardTo(back), failing(), never)).rejects.toThrow('no more');
  const signal = await reached.promise;
  await until(() => signal.aborted, { deadlineMs: 5_000, describe: 'the end at the other server' });
});

test('a caller that cancels has cancelled, whereas a line that is closed under it is UNAVAILABLE', async () => {
  await using back = await startEcho({ collect: () => new Promise(() => {}) });
  const caller = new AbortController();
  const onward = back.connection.raw('/test.Echo/Collect', { signal: caller.signal });
  const cancelled = singleAnswer(onward, [], caller.signal);
  const closed = singleAnswer(onwardTo(back), [], never);
  caller.abort();
  back.connection[Symbol.dispose]();
  await expect(cancelled).rejects.toMatchObject({ code: Status.CANCELLED });
  await expect(closed).rejects.toMatchObject({ code: Status.UNAVAILABLE });
});
