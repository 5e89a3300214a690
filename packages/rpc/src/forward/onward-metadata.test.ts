import { ClientError, Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { implement } from '../binding.ts';
import { connect } from '../connect.ts';
import { EchoDefinition, echo, startEcho } from '../echo.fixture.ts';
import { forwarding } from './forwarding.ts';
import { maxOnwardBytes, onwardMetadata } from './onward-metadata.ts';

const hundred = Array.from({ length: 100 }, () => Buffer.from('a'));
const single = implement<typeof EchoDefinition, 'repeat' | 'chat'>(EchoDefinition, {
  unary: echo.unary,
  collect: echo.collect,
});
const streams = implement<typeof EchoDefinition, 'unary' | 'collect'>(EchoDefinition, {
  repeat: echo.repeat,
  chat: echo.chat,
});

test('what a caller says of itself goes on, with all values and bytes, and what is given stays as it was', () => {
  const mine = { mine: 'one, two', 'mine-bin': [Buffer.from([0xff]), Buffer.alloc(0)] };
  const given = Metadata({ ...mine, host: 'front', 'content-length': '7' });
  expect([...onwardMetadata(given)]).toEqual([...Metadata(mine)]);
  expect(given.get('content-length')).toBe('7');
});

test('metadata go on up to a bound, and are RESOURCE_EXHAUSTED beyond it', () => {
  const most = Metadata({ a: 'x'.repeat(maxOnwardBytes - 33) });
  expect([...onwardMetadata(most)]).toEqual([...most]);
  expect(() => onwardMetadata(most.set('b', ''))).toThrow(
    new ServerError(
      Status.RESOURCE_EXHAUSTED,
      'metadata of 61473 bytes cannot be passed on: 61440 at the most',
    ),
  );
});

// A binary header may have many values in one field, each of which is a field when it is sent on.
test.each([
  ['a header of HTTP/1', { 'http2-settings': 'AAMAAABk' }, Status.OK],
  ['a length that is not the body’s', { 'content-length': '1' }, Status.OK],
  ['more than can be sent', { [`${'x'.repeat(5_000)}-bin`]: hundred }, Status.RESOURCE_EXHAUSTED],
])('%s costs nobody else a call on the same line', async (_, metadata, code) => {
  await using back = await startEcho();
  using connection = connect(back.address, { security: { kind: 'plaintext' } });
  const told = (path: string) => Metadata(path === '/test.Echo/Unary' ? metadata : {});
  const bindings = [forwarding(single, (path) => ({ connection, metadata: told(path) })), streams];
  await using front = await startEcho({}, { serve: { bindings } });
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  async function* others() {
    yield { text: 'a' };
    begun.resolve();
    await ended.promise;
    yield { text: 'b' };
  }
  const collected = front.client.collect(others());
  await begun.promise;
  const answer = await front.client.unary({ text: 'c' }, { deadlineMs: 2_000 }).then(
    () => Status.OK,
    (error: unknown) => error instanceof ClientError && error.code,
  );
  ended.resolve();
  expect([answer, await collected]).toEqual([code, { text: 'a b' }]);
});
