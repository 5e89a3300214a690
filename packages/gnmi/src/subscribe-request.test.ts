import {
  Encoding,
  SubscribeRequest,
  SubscriptionList,
  SubscriptionList_Mode,
  SubscriptionMode,
} from '@syncline/proto/gnmi.ts';
import type { Extension } from '@syncline/proto/gnmi_ext.ts';
import { expect, test } from 'vitest';
import { toProto } from './path-proto.ts';
import { parsePath, printPath } from './path-text.ts';
import { checkPoll, parseSubscribe, type SubscribeLimits } from './subscribe-request.ts';

const limits: SubscribeLimits = {
  maxPaths: 3,
  models: new Set(['openconfig-interfaces']),
  minSampleInterval: 1_000_000n,
  minHeartbeatInterval: 1_000_000_000n,
};

const path = (text: string) => toProto(parsePath(text));

function request(
  list: Parameters<typeof SubscriptionList.fromPartial>[0],
  ...exts: NonNullable<Extension['ext']>[]
) {
  const value = SubscriptionList.fromPartial({ subscription: [{ path: path('/a') }], ...list });
  return { request: { $case: 'subscribe' as const, value }, extension: exts.map((ext) => ({ ext })) };
}

const refusal = (code: string, field: string, value: string) =>
  expect.objectContaining({ name: 'GnmiRequestError', code, field, value }) as unknown;

test('a plain request streams what the target defines, in JSON, with nothing restricted', () => {
  expect(parseSubscribe(request({}), limits)).toMatchObject({
    mode: 'stream',
    target: '',
    encoding: Encoding.JSON,
    updatesOnly: false,
    allowAggregation: false,
    depth: 0,
    configOnly: false,
    models: [],
    subscriptions: [{ trigger: { kind: 'target_defined', heartbeat: 0n } }],
  });
});

test('paths are absolute, of the canonical origin, with the target of the prefix', () => {
  const plan = parseSubscribe(
    request({
      prefix: { ...path('/a'), target: 'r1' },
      subscription: [{ path: path('openconfig-interfaces:/b') }, { path: path('cli:/c') }],
    }),
    limits,
  );
  expect(plan.target).toBe('r1');
  expect(plan.subscriptions.map((it) => printPath(it.path))).toEqual(['/a/b', 'cli:/a/c']);
  expect(plan.subscriptions[0]?.pattern.matches(parsePath('/a/b/c'))).toBe(true);
});

test('sampling has the interval asked for, or the fastest for 0', () => {
  const sample = (sampleInterval: bigint) => ({
    mode: SubscriptionMode.SAMPLE,
    sampleInterval,
    suppressRedundant: true,
    heartbeatInterval: 2_000_000_000n,
  });
  const plan = parseSubscribe(request({ subscription: [sample(5_000_000n), sample(0n)] }), limits);
  expect(plan).toMatchObject({
    subscriptions: [5_000_000n, 1_000_000n].map((interval) => ({
      trigger: { kind: 'sample', interval, suppressRedundant: true, heartbeat: 2_000_000_000n },
    })),
  });
});

test('a sample_interval means nothing on change, and no mode of a subscription does in ONCE', () => {
  const onChange = { mode: SubscriptionMode.ON_CHANGE, sampleInterval: 1n };
  expect(parseSubscribe(request({ subscription: [onChange] }), limits)).toMatchObject({
    subscriptions: [{ trigger: { kind: 'on_change', heartbeat: 0n } }],
  });
  const odd = { sampleInterval: 1n, heartbeatInterval: 1n };
  const once = request({ mode: SubscriptionList_Mode.ONCE, subscription: [odd] });
  expect(parseSubscribe(once, limits).mode).toBe('once');
});

test.each([
  [{ subscription: [] }, 'INVALID_ARGUMENT', 'subscribe.subscription', ''],
  [{ subscription: [{}, {}, {}, {}] }, 'INVALID_ARGUMENT', 'subscribe.subscription', '4'],
  [{ encoding: Encoding.BYTES }, 'UNIMPLEMENTED', 'subscribe.encoding', 'BYTES'],
  [{ encoding: 9 as Encoding }, 'UNIMPLEMENTED', 'subscribe.encoding', '9'],
  [{ mode: 7 as SubscriptionList_Mode }, 'INVALID_ARGUMENT', 'subscribe.mode', '7'],
  [{ useModels: [{ name: 'nope' }] }, 'INVALID_ARGUMENT', 'subscribe.use_models', 'nope'],
  [
    { subscription: [{ mode: 9 as SubscriptionMode }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].mode',
    '9',
  ],
  [
    { subscription: [{}, { sampleInterval: 1n }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[1].sample_interval',
    '1',
  ],
  [
    { subscription: [{ mode: SubscriptionMode.SAMPLE, sampleInterval: 999_999n }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].sample_interval',
    '999999',
  ],
  [
    { subscription: [{ heartbeatInterval: 1n }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].heartbeat_interval',
    '1',
  ],
  [
    { subscription: [{ path: { target: 'r1' } }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].path.target',
    'r1',
  ],
  [
    { prefix: { origin: 'x' }, subscription: [{ path: { origin: 'y' } }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].path.origin',
    'y',
  ],
  [
    { subscription: [{ path: { elem: [{ name: '...', key: { k: '1' } }] } }] },
    'INVALID_ARGUMENT',
    'subscribe.subscription[0].path.element',
    '...',
  ],
])('%o is refused as %s of %s %s', (list, code, field, value) => {
  expect(() => parseSubscribe(request(list), limits)).toThrow(refusal(code, field, value));
});

test('the minimum of an interval is in the message', () => {
  const fast = { mode: SubscriptionMode.SAMPLE, sampleInterval: 5n };
  expect(() => parseSubscribe(request({ subscription: [fast] }), limits)).toThrow(
    'subscribe.subscription[0].sample_interval "5": the minimum is 1000000 nanoseconds',
  );
});

test('depth and config_subscription are understood, what is unknown is ignored', () => {
  const plan = parseSubscribe(
    request(
      {},
      { $case: 'depth', value: { level: 2 } },
      { $case: 'configSubscription', value: { action: { $case: 'start', value: {} } } },
      { $case: 'masterArbitration', value: { role: undefined, electionId: undefined } },
      { $case: 'registeredExt', value: { id: 999, msg: new Uint8Array() } },
      { $case: 'registeredExt', value: { id: 999, msg: new Uint8Array() } },
    ),
    limits,
  );
  expect(plan).toMatchObject({ depth: 2, configOnly: true });
});

test('history is not implemented, a client cannot announce a sync, no extension comes twice', () => {
  const depth = { $case: 'depth' as const, value: { level: 2 } };
  expect(() =>
    parseSubscribe(request({}, { $case: 'history', value: { request: undefined } }), limits),
  ).toThrow(refusal('UNIMPLEMENTED', 'extension.history', ''));
  expect(() =>
    parseSubscribe(request({}, { $case: 'configSubscription', value: { action: undefined } }), limits),
  ).toThrow(refusal('INVALID_ARGUMENT', 'extension.config_subscription', ''));
  expect(() => parseSubscribe(request({}, depth, depth), limits)).toThrow(
    refusal('INVALID_ARGUMENT', 'extension', 'depth'),
  );
});

test('the first message must subscribe, later ones may only poll, in POLL mode', () => {
  const poll = SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } });
  expect(() => parseSubscribe(poll, limits)).toThrow(refusal('INVALID_ARGUMENT', 'subscribe', ''));
  expect(() => checkPoll('poll', poll)).not.toThrow();
  expect(() => checkPoll('stream', poll)).toThrow(refusal('INVALID_ARGUMENT', 'poll', ''));
  expect(() => checkPoll('poll', request({}))).toThrow(refusal('INVALID_ARGUMENT', 'subscribe', ''));
  expect(() => checkPoll('poll', SubscribeRequest.fromPartial({}))).toThrow(
    refusal('INVALID_ARGUMENT', 'request', ''),
  );
});
