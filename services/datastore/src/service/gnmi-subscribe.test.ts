import { Encoding, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { Status } from 'nice-grpc-common';
import { describe, expect, test } from 'vitest';
import { type Northbound, pathOf, startNorthbound } from './world/northbound.ts';

const subscription = [{ path: pathOf('/'), mode: SubscriptionMode.ON_CHANGE }];
const leaves = ['/system/state/uptime', '/interfaces/interface[name=eth0]/state/mtu'];
const stream = { mode: SubscriptionList_Mode.STREAM, encoding: Encoding.PROTO, subscription };
const once = { ...stream, mode: SubscriptionList_Mode.ONCE };
const poll = { ...stream, mode: SubscriptionList_Mode.POLL };

const synced = (reader: GnmiReader) => reader.syncs > 0;

function intAt(reader: GnmiReader, path: string): bigint | undefined {
  const value = reader.tree.get(path)?.value;
  return value?.$case === 'intVal' ? value.value : undefined;
}

describe('the modes of spec 3.3', () => {
  test('ONCE sends every leaf, then sync_response, then ends with OK', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, once);
    expect(await reader.end()).toMatchObject({ code: Status.OK, details: '' });
    expect([...reader.tree.keys()].sort()).toEqual([...leaves].sort());
    expect(reader.syncs).toBe(1);
    expect(reader.responses.at(-1)?.response?.$case).toBe('syncResponse');
  });

  test('ONCE with updates_only sends sync_response alone', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, { ...once, updatesOnly: true });
    expect((await reader.end()).code).toBe(Status.OK);
    expect(reader.responses.map(({ response }) => response?.$case)).toEqual(['syncResponse']);
  });

  test('STREAM sends every leaf, sync_response, then changes and deletes as they come', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, stream);
    await reader.until('the initial set', synced);
    northbound.set([leaves[0] ?? ''], 2n);
    await reader.until('the change', () => intAt(reader, '/system/state/uptime') === 2n);
    northbound.remove(['/interfaces']);
    await reader.until('the delete', () => reader.tree.size === 1);
    expect(reader.syncs).toBe(1);
    expect(reader.ended).toBe(undefined);
  });

  test('STREAM with updates_only sends sync_response first, then changes', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, { ...stream, updatesOnly: true });
    await reader.until('sync_response', synced);
    expect(reader.responses.map(({ response }) => response?.$case)).toEqual(['syncResponse']);
    northbound.set([leaves[1] ?? ''], 2n);
    await reader.until('the change', () => reader.updates === 1);
  });

  test('POLL sends the set and sync_response at the start and for each poll', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, poll);
    await reader.until('the first set', synced);
    northbound.set(leaves, 2n);
    reader.poll();
    await reader.until('the second set', () => reader.syncs === 2);
    expect(intAt(reader, '/system/state/uptime')).toBe(2n);
    expect(reader.updates).toBe(4);
    reader.halfClose();
    expect((await reader.end()).code).toBe(Status.OK);
  });

  test('POLL with updates_only leaves the first set out', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using reader = GnmiReader.subscribe(northbound.connection, { ...poll, updatesOnly: true });
    await reader.until('sync_response', synced);
    expect(reader.updates).toBe(0);
  });

  test('STREAM goes on when the client has closed its side', async () => {
    await using northbound = await startNorthbound();
    using reader = GnmiReader.subscribe(northbound.connection, stream);
    await reader.until('sync_response', synced);
    reader.halfClose();
    northbound.set(leaves, 1n);
    await reader.until('changes after the half-close', () => reader.tree.size === 2);
  });

  test('a path that holds nothing yet keeps the RPC open', async () => {
    await using northbound = await startNorthbound();
    const waiting = [{ path: pathOf('/not/yet/there'), mode: SubscriptionMode.ON_CHANGE }];
    using reader = GnmiReader.subscribe(northbound.connection, { ...stream, subscription: waiting });
    await reader.until('sync_response', synced);
    northbound.set(['/not/yet/there/leaf', '/elsewhere'], 1n);
    await reader.until('the leaf', () => reader.tree.size === 1);
    expect([...reader.tree.keys()]).toEqual(['/not/yet/there/leaf']);
  });

  test('SAMPLE repeats what did not change, unless redundant values are suppressed', async () => {
    await using northbound = await startNorthbound(1, { minSampleMs: 10 });
    northbound.set(leaves, 1n);
    const sample = { path: pathOf('/'), mode: SubscriptionMode.SAMPLE, sampleInterval: 20_000_000n };
    using repeating = GnmiReader.subscribe(northbound.connection, { ...stream, subscription: [sample] });
    const suppressed = [{ ...sample, suppressRedundant: true }];
    using quiet = GnmiReader.subscribe(northbound.connection, { ...stream, subscription: suppressed });
    await repeating.until('three samples', ({ updates }) => updates >= 8);
    expect(quiet.updates).toBe(2);
    northbound.set([leaves[0] ?? ''], 2n);
    await quiet.until('the change', ({ updates }) => updates === 3);
  });

  test('a heartbeat repeats a value that did not change', async () => {
    await using northbound = await startNorthbound(1, { minHeartbeatMs: 10 });
    northbound.set(leaves, 1n);
    const beating = { path: pathOf('/'), mode: SubscriptionMode.ON_CHANGE, heartbeatInterval: 20_000_000n };
    using reader = GnmiReader.subscribe(northbound.connection, { ...stream, subscription: [beating] });
    await reader.until('heartbeats', ({ updates }) => updates >= 6);
  });
});

describe('bad input', () => {
  const refused = async (northbound: Northbound, act: (reader: GnmiReader) => void) => {
    using reader = new GnmiReader(northbound.connection);
    act(reader);
    const { code, details } = await reader.end();
    return `${Status[code]}: ${details}`;
  };
  const subscribe = (list: Parameters<typeof GnmiReader.subscribe>[1]) => (reader: GnmiReader) =>
    reader.send({ request: { $case: 'subscribe', value: list } });

  test('each is refused with its field and value, and subscribes nobody', async () => {
    await using northbound = await startNorthbound();
    const cases: [(reader: GnmiReader) => void, string][] = [
      [(reader) => reader.poll(), 'INVALID_ARGUMENT: subscribe: the first message of the RPC must carry it'],
      [
        (reader) => reader.send({}),
        'INVALID_ARGUMENT: subscribe: the first message of the RPC must carry it',
      ],
      [
        (reader) => reader.halfClose(),
        'INVALID_ARGUMENT: subscribe: the client closed its side without sending it',
      ],
      [subscribe({}), 'INVALID_ARGUMENT: subscribe.subscription: at least one is needed'],
      [
        subscribe({ ...stream, prefix: { target: 'nope' } }),
        'NOT_FOUND: prefix.target "nope": there is no datastore of this name',
      ],
      [
        subscribe({ ...stream, encoding: Encoding.BYTES }),
        'UNIMPLEMENTED: subscribe.encoding "BYTES": the encodings served are JSON, JSON_IETF, PROTO',
      ],
      [
        subscribe({ ...stream, prefix: { origin: 'a' }, subscription: [{ path: { origin: 'b' } }] }),
        'INVALID_ARGUMENT: subscribe.subscription[0].path.origin "b": the path names it although the prefix names "a"; one of them may',
      ],
      [
        subscribe({ ...stream, subscription: [{ path: { element: ['a[b'] } }] }),
        'INVALID_ARGUMENT: subscribe.subscription[0].path.element "a[b": ',
      ],
      [
        subscribe({
          ...stream,
          subscription: [{ path: pathOf('/a'), mode: SubscriptionMode.SAMPLE, sampleInterval: 1n }],
        }),
        'INVALID_ARGUMENT: subscribe.subscription[0].sample_interval "1": the minimum is 100000000 nanoseconds',
      ],
      [
        subscribe({ ...stream, useModels: [{ name: 'm' }] }),
        'INVALID_ARGUMENT: subscribe.use_models "m": this model is not served',
      ],
      [(reader) => reader.sendBytes(Buffer.from([0xff, 0xff])), 'INVALID_ARGUMENT: gnmi.SubscribeRequest: '],
      [(reader) => reader.sendBytes(Buffer.alloc(100_000)), 'RESOURCE_EXHAUSTED: '],
    ];
    for (const [act, expected] of cases) {
      const told = await refused(northbound, act);
      expect(told.slice(0, expected.length)).toBe(expected);
    }
    expect(northbound.fanout.counts(1).subscribers).toBe(0);
  });

  test('a second subscribe ends the RPC', async () => {
    await using northbound = await startNorthbound();
    using reader = GnmiReader.subscribe(northbound.connection, stream);
    await reader.until('sync_response', synced);
    reader.send({ request: { $case: 'subscribe', value: stream } });
    expect(await reader.end()).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      details: 'subscribe: the RPC has a subscription already',
    });
    expect(northbound.fanout.counts(1).subscribers).toBe(0);
  });

  test('a poll in STREAM ends the RPC', async () => {
    await using northbound = await startNorthbound();
    using reader = GnmiReader.subscribe(northbound.connection, stream);
    reader.poll();
    expect(await reader.end()).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      details: 'poll: the RPC is in mode STREAM',
    });
  });

  test('an RPC that never says what it wants is ended', async () => {
    await using northbound = await startNorthbound(1, { firstMessageMs: 20 });
    using reader = new GnmiReader(northbound.connection);
    expect(await reader.end()).toMatchObject({
      code: Status.DEADLINE_EXCEEDED,
      details: 'subscribe: it did not come within 20 ms',
    });
  });

  test('one subscriber more than allowed is refused, and again welcome when another has left', async () => {
    await using northbound = await startNorthbound(1, { maxSubscribers: 1 });
    const first = GnmiReader.subscribe(northbound.connection, stream);
    await first.until('sync_response', synced);
    using second = GnmiReader.subscribe(northbound.connection, stream);
    expect((await second.end()).code).toBe(Status.RESOURCE_EXHAUSTED);
    first[Symbol.dispose]();
    await first.end();
    using third = GnmiReader.subscribe(northbound.connection, stream);
    await third.until('sync_response', synced);
  });
});

describe('targets', () => {
  test('the target is repeated when the client named it, and only then', async () => {
    await using northbound = await startNorthbound();
    northbound.set(leaves, 1n);
    using named = GnmiReader.subscribe(northbound.connection, { ...once, prefix: { target: 'r1' } });
    await named.end();
    using unnamed = GnmiReader.subscribe(northbound.connection, once);
    await unnamed.end();
    const targetsOf = ({ responses }: GnmiReader) =>
      new Set(
        responses.flatMap(({ response: it }) =>
          it?.$case === 'update' ? [it.value.prefix?.target ?? ''] : [],
        ),
      );
    expect(targetsOf(named)).toEqual(new Set(['r1']));
    expect(targetsOf(unnamed)).toEqual(new Set(['']));
  });

  test('several datastores must be told apart, and a Subscribe follows one of them', async () => {
    await using northbound = await startNorthbound(2);
    using unnamed = GnmiReader.subscribe(northbound.connection, stream);
    expect((await unnamed.end()).details).toBe('prefix.target: 2 datastores are served, name one: r1, r2');
    using all = GnmiReader.subscribe(northbound.connection, { ...stream, prefix: { target: '*' } });
    expect((await all.end()).code).toBe(Status.UNIMPLEMENTED);
  });

  test('a datastore that is deleted ends its subscribers with NOT_FOUND', async () => {
    await using northbound = await startNorthbound();
    using reader = GnmiReader.subscribe(northbound.connection, stream);
    await reader.until('sync_response', synced);
    northbound.core.delete(1);
    expect(await reader.end()).toMatchObject({
      code: Status.NOT_FOUND,
      details: 'the datastore was deleted',
    });
  });
});

test('a reader that stops is ended with ABORTED, alone, and the others miss nothing', async () => {
  await using northbound = await startNorthbound(1, { queueBytes: 64 << 10, slowConsumerMs: 500 });
  using line = connect(northbound.address, { security: { kind: 'plaintext' } });
  using stuck = GnmiReader.subscribe(line, stream);
  using steady = GnmiReader.subscribe(northbound.connection, stream);
  await stuck.until('sync_response', synced);
  await steady.until('sync_response', synced);
  stuck.pause();
  const wide = Array.from({ length: 2_000 }, (_, i) => `/burst/leaf[id=${i}]/value`);
  for (let value = 1n; northbound.fanout.counts(1).slowConsumers === 0; value++) {
    northbound.set(wide, value);
    await steady.until('this value', () => intAt(steady, '/burst/leaf[id=1999]/value') === value);
  }
  expect(northbound.fanout.counts(1)).toMatchObject({ subscribers: 1, lagging: 0, slowConsumers: 1 });
  expect(steady.duplicates).toBe(0);
  stuck.resume();
  expect(await stuck.end()).toMatchObject({ code: Status.ABORTED, details: 'slow consumer' });
});
