// Those who watch: a filter, a client that does not read, a thousand at a time, and one too many.

import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { StreamStatus_Status as Status, Stream, TapDefinition } from '@syncline/proto/ambassador.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { Status as Code } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { api, dns, streams, web } from './streams.ts';
import { TapUnderTest } from './tap-under-test.ts';
import { WatchHistory } from './watch-history.ts';

/** Streams whose list is longer than the window of a client, sent a few times. */
const longList = 300;
const nowhere = { nsp: '127.0.0.1:1', proxy: '127.0.0.1:1' };

test('a filter shows what it names, in the order of the Opens; what it leaves out matches all', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere);
  for (const stream of [dns, api, web]) await tap.open(stream);
  const client = tap.connection.client(TapDefinition);
  const first = async (filter: Parameters<typeof client.watch>[0]) => {
    for await (const { streamStatus } of client.watch(filter)) return streamStatus;
    return undefined;
  };
  const names = async (filter: Parameters<typeof client.watch>[0]) =>
    (await first(filter))?.map(({ stream }) => stream?.name);
  expect(await names({})).toEqual(['dns', 'api', 'web']);
  expect(await names({ name: 'web' })).toEqual(['web']);
  expect(await names({ conduit: { name: 'edge' } })).toEqual(['dns', 'web']);
  expect(await names({ conduit: { trench: { name: 'demo' } } })).toEqual(['dns', 'api', 'web']);
  expect(await names({ conduit: { trench: { name: 'other' } } })).toEqual([]);
  expect(await first(streamMessage(web))).toEqual([
    { status: Status.UNAVAILABLE, stream: streamMessage(web) },
  ]);
});

test('a list is sent once for each change of it, and not again for the same (watched with a filter of another stream)', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere);
  const lists: number[] = [];
  const end = new AbortController();
  const watching = (async () => {
    for await (const { streamStatus } of tap.connection
      .client(TapDefinition)
      .watch({ name: 'api' }, { signal: end.signal }))
      lists.push(streamStatus.length);
  })();
  await until(() => lists.length, { deadlineMs: 5_000, describe: 'the first list' });
  for (let round = 0; round < 20; round += 1) {
    await tap.open(web);
    await tap.close(web);
  }
  await tap.open(api);
  await until(() => lists.at(-1) === 1, { deadlineMs: 5_000, describe: 'the list with api' });
  expect(lists).toEqual([0, 1]);
  end.abort();
  await expect(watching).rejects.toThrow('abort');
});

test('a client that does not read delays nobody, and is ended when its budget is used up (F13, I16)', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere, { stall: '1s' });
  const stalled = await stalledWatch(tap.service.port);
  const watchers = () => readMetric(tap.service.adminPort, 'tap_watchers');
  await until(watchers, { deadlineMs: 5_000, describe: 'two watchers', accept: (count) => count === 2 });
  // Long lists, so that what the stalled one is sent fills its window.
  for (let nth = 0; nth < longList; nth += 1)
    await tap.open({
      trench: 'demo',
      conduit: 'edge',
      stream: `a-stream-whose-name-is-almost-as-long-as-a-name-can-be-${nth}`,
    });
  await until(() => Object.keys(tap.statuses).length === longList, {
    deadlineMs: 5_000,
    describe: 'all of them listed',
  });
  await until(watchers, { deadlineMs: 10_000, describe: 'one watcher', accept: (count) => count === 1 });
  await tap.open(web);
  await until(() => tap.statuses['web'] !== undefined, { deadlineMs: 1_000, describe: 'web listed' });
  expect(tap.slowestMs).toBeLessThan(1_000);
  stalled.destroy();
}, 60_000);

test('a thousand watchers all have the last list, and one more than is allowed is refused (F13, I16)', async () => {
  await using tap = await TapUnderTest.start('target-1', nowhere, { watchers: '1001' });
  const lines = Array.from({ length: 10 }, () =>
    connect(tap.service.address, { security: { kind: 'plaintext' } }),
  );
  const histories = Array.from(
    { length: 1_000 },
    (_, index) => new WatchHistory(lines[index % 10] ?? tap.connection),
  );
  await until(() => histories.every(({ lists }) => lists.length > 0), {
    deadlineMs: 20_000,
    describe: 'a thousand watchers',
  });
  const late = new WatchHistory(tap.connection);
  await until(() => late.error, { deadlineMs: 5_000, describe: 'the refusal' });
  expect(late.error).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    details: 'no room for more watchers: SYNCLINE_TAP_WATCHERS is 1001',
  });
  for (const stream of streams) await tap.open(stream);
  await tap.close(dns);
  await until(() => histories.filter(({ now }) => Object.keys(now).join() !== 'web,api').length, {
    deadlineMs: 20_000,
    describe: 'the last list at all',
    accept: (count) => count === 0,
  });
  await Promise.all([...histories, late].map((history) => history[Symbol.asyncDispose]()));
  for (const line of lines) line[Symbol.dispose]();
}, 60_000);

/** A Watch whose client takes no data at all: its HTTP/2 windows stay as they are. */
async function stalledWatch(port: number) {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  await once(session, 'connect');
  const request = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: '/ambassador.v1.Tap/Watch',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  request.on('error', () => undefined);
  const message = Stream.encode(Stream.fromPartial({})).finish();
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  request.end(Buffer.concat([header, message]));
  request.pause();
  return session;
}
