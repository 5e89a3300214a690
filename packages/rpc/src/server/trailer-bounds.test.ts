import fc from 'fast-check';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { rawBidi } from '../binding.ts';
import { EchoDefinition, type EchoServer, startEcho, texts } from '../echo.fixture.ts';
import { boundedDetails, boundedTrailer, maxDetailsBytes, maxTrailerBytes } from './trailer-bounds.ts';

// Less than a trailer may hold as bytes, more as the base64 that is sent.
const tooLong = maxTrailerBytes - 500;

const encoded = (details: string) => encodeURI(boundedDetails(details)).length;

test('details that fit are sent as they are', () => {
  const anyText = fc.string({ unit: 'grapheme', maxLength: 100 });
  fc.assert(fc.property(anyText, (details) => boundedDetails(details) === details));
  const longest = 'x'.repeat(maxDetailsBytes);
  expect(boundedDetails(longest)).toBe(longest);
});

test('longer details are cut between characters to as many encoded bytes as may be sent, and end with …', () => {
  const unit = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(unit, (text) => {
      const whole = text.repeat(Math.ceil((maxDetailsBytes + 1) / text.length));
      const cut = boundedDetails(whole);
      expect(cut.endsWith('…')).toBe(true);
      expect(whole.toWellFormed().startsWith(cut.slice(0, -1))).toBe(true);
      expect(encodeURI(cut).length).toBeLessThanOrEqual(maxDetailsBytes);
      // No character takes more than 12 bytes: less room is not left.
      expect(encodeURI(cut).length).toBeGreaterThan(maxDetailsBytes - 12);
    }),
    { numRuns: 20 },
  );
});

test('half a character, which cannot be encoded, is replaced', () => {
  expect(boundedDetails('name \ud83d')).toBe('name \ufffd');
  expect(encoded('\ud83d'.repeat(100_000))).toBeLessThanOrEqual(maxDetailsBytes);
});

test('of a trailer the entries that fit are kept whole, and the keys of the others are told', () => {
  const small = Metadata({ 'retry-after-ms': '5', 'state-bin': new Uint8Array(100) });
  expect([...boundedTrailer(small).sent]).toEqual([...small]);
  expect(boundedTrailer(small).dropped).toEqual([]);
  const large = Metadata({ 'name-bin': new Uint8Array(tooLong), 'retry-after-ms': '5' });
  const { sent, dropped } = boundedTrailer(large);
  expect([...sent]).toEqual([['retry-after-ms', ['5']]]);
  expect(dropped).toEqual(['name-bin']);
});

const longText = `name: no datastore ${'名'.repeat(100_000)}`;
const refuse = () => {
  throw new ServerError(Status.NOT_FOUND, longText);
};

async function drained(responses: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of responses);
}

const endings: [string, (echo: EchoServer) => Promise<unknown>][] = [
  ['unary', ({ client }) => client.unary({ text: 'x' })],
  ['server stream', ({ client }) => drained(client.repeat({ text: 'x' }))],
  ['raw stream', ({ client }) => drained(client.chat(texts('x')))],
];

test.each(endings)('an error text of 300 KB ends its own call (%s) with its status', async (_, call) => {
  const bindings = [rawBidi(EchoDefinition, 'chat', refuse)];
  await using echo = await startEcho({ unary: refuse, repeat: refuse, collect }, { bindings });
  await besideAnother(echo, async () => {
    await expect(call(echo)).rejects.toMatchObject({
      code: Status.NOT_FOUND,
      details: boundedDetails(longText),
    });
  });
});

test('a trailer of 100 KB is not sent, is logged, and harms no other call', async () => {
  await using echo = await startEcho({
    unary: (request, { trailer }) => {
      trailer.set('state', 'x'.repeat(100_000));
      return Promise.resolve(request);
    },
    collect,
  });
  await besideAnother(echo, async () => {
    expect(await echo.client.unary({ text: 'x' })).toEqual({ text: 'x' });
  });
  expect(echo.logs()).toMatchObject([{ method: '/test.Echo/Unary', keys: ['state'] }]);
});

// Resolved when the server has the first request of `collect`.
let collecting = Promise.withResolvers<void>();

async function collect(requests: AsyncIterable<{ text: string }>) {
  let text = '';
  for await (const request of requests) {
    collecting.resolve();
    text += request.text;
  }
  return { text };
}

/** Does it while another call is under way on the connection, which then goes on to its end. */
async function besideAnother({ client }: EchoServer, does: () => Promise<void>): Promise<void> {
  const done = Promise.withResolvers<void>();
  async function* requests() {
    yield { text: 'before, ' };
    await done.promise;
    yield { text: 'after' };
  }
  collecting = Promise.withResolvers<void>();
  const other = client.collect(requests());
  await Promise.race([other, collecting.promise]);
  await does();
  done.resolve();
  expect(await other).toEqual({ text: 'before, after' });
}
