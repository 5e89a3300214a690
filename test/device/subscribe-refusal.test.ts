// gNMI Subscribe on a real device process: what is refused, with the field and the value, and what ends a call.

import { Encoding, SubscribeRequest } from '@syncline/proto/gnmi.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeviceUnderTest } from './device-under-test.ts';
import { subscribeRequest } from './subscribing.ts';

let device: DeviceUnderTest;
beforeAll(async () => {
  device = await DeviceUnderTest.start();
  await device.apply({ '/a/x': 1, '/a/y': 2, '/b': 3 });
});
afterAll(() => device[Symbol.asyncDispose]());

test.each<[string, SubscribeRequest, Status, RegExp]>([
  ['no subscription', subscribeRequest({ paths: [] }), Status.INVALID_ARGUMENT, /subscribe\.subscription/],
  [
    'a poll as the first message',
    SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } }),
    Status.INVALID_ARGUMENT,
    /subscribe/,
  ],
  ['an empty first message', SubscribeRequest.fromPartial({}), Status.INVALID_ARGUMENT, /subscribe/],
  [
    'encoding BYTES',
    subscribeRequest({ encoding: Encoding.BYTES, paths: [{ path: '/' }] }),
    Status.UNIMPLEMENTED,
    /BYTES/,
  ],
  [
    'a sample interval that is too short',
    subscribeRequest({ paths: [{ path: '/', mode: 'SAMPLE', sampleMs: 1 }] }),
    Status.INVALID_ARGUMENT,
    /sample_interval.*1000000/,
  ],
  [
    'a sample interval with TARGET_DEFINED',
    subscribeRequest({ paths: [{ path: '/', mode: 'TARGET_DEFINED', sampleMs: 1_000 }] }),
    Status.INVALID_ARGUMENT,
    /sample_interval/,
  ],
  [
    'an unknown model',
    withList({ useModels: [{ name: 'acme' }] }),
    Status.INVALID_ARGUMENT,
    /use_models.*acme/,
  ],
  [
    'origin in prefix and path',
    withList({ prefix: { origin: 'a' }, subscription: [{ path: { origin: 'b' } }] }),
    Status.INVALID_ARGUMENT,
    /origin.*b/,
  ],
  [
    'a target in the path',
    withList({ subscription: [{ path: { target: 'r1' } }] }),
    Status.INVALID_ARGUMENT,
    /target.*r1/,
  ],
  [
    'an element without a name',
    withList({ subscription: [{ path: { elem: [{ name: '' }] } }] }),
    Status.INVALID_ARGUMENT,
    /path/,
  ],
  [
    'an old-form element that does not parse',
    withList({ subscription: [{ path: { element: ['a[b'] } }] }),
    Status.INVALID_ARGUMENT,
    /a\[b/,
  ],
  [
    'history',
    withExtension({ ext: { $case: 'history', value: { request: { $case: 'snapshotTime', value: 1n } } } }),
    Status.UNIMPLEMENTED,
    /history/,
  ],
  [
    'config_subscription',
    withExtension({ ext: { $case: 'configSubscription', value: { action: { $case: 'start', value: {} } } } }),
    Status.UNIMPLEMENTED,
    /config_subscription/,
  ],
])('%s is refused with the field and value', async (_, request, code, details) => {
  using stream = new GnmiReader(device.connection);
  stream.send(request);
  const end = await stream.end();
  expect(Status[end.code]).toBe(Status[code]);
  expect(end.details).toMatch(details);
  expect(stream.responses).toEqual([]);
});

test('a second subscribe, and a poll outside POLL, end the call', async () => {
  for (const request of [
    subscribeRequest({ paths: [{ path: '/' }] }),
    SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } }),
  ]) {
    using stream = device.subscribe({ paths: [{ path: '/' }] });
    await stream.synced();
    stream.send(request);
    const end = await stream.end();
    expect(Status[end.code]).toBe('INVALID_ARGUMENT');
    expect(end.details).toMatch(/subscribe|poll/);
  }
  await device.subscribers(0);
});

test('a stream that is half-closed before it subscribed is refused', async () => {
  using stream = new GnmiReader(device.connection);
  stream.halfClose();
  expect(await stream.end()).toMatchObject({ code: Status.INVALID_ARGUMENT });
});

test('a stream that does not subscribe in time is ended', async () => {
  await using hurried = await DeviceUnderTest.start({ SYNCLINE_DEVICE_FIRST_MESSAGE: '100ms' });
  using silent = new GnmiReader(hurried.connection);
  expect(await silent.end()).toMatchObject({
    code: Status.DEADLINE_EXCEEDED,
    details: 'subscribe: it did not come within 100 ms',
  });
});

test('bytes that are no SubscribeRequest are refused', async () => {
  using stream = new GnmiReader(device.connection);
  stream.sendBytes(Buffer.from([0xff, 0xff, 0xff]));
  expect(await stream.end()).toMatchObject({ code: Status.INVALID_ARGUMENT });
});

function withList(list: object): SubscribeRequest {
  const value = { subscription: [{ path: {} }], ...list };
  return SubscribeRequest.fromPartial({
    request: { $case: 'subscribe', value: { encoding: Encoding.PROTO, ...value } },
  });
}

function withExtension(extension: object): SubscribeRequest {
  const request = subscribeRequest({ paths: [{ path: '/' }] });
  return SubscribeRequest.fromPartial({ ...request, extension: [extension] });
}
