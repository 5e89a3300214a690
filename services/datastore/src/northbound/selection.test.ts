import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { parseSubscribe } from '@syncline/gnmi/subscribe-request.ts';
import { Path, SubscribeRequest, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { subscriptionOf } from './selection.ts';

const limits = { maxPaths: 10, models: new Set(['m']), minSampleInterval: 1n, minHeartbeatInterval: 1n };

type Subscribe = Parameters<typeof SubscribeRequest.create>[0];

function planOf(subscribe: object, extension: NonNullable<Subscribe>['extension'] = []) {
  const request = SubscribeRequest.create({ request: { $case: 'subscribe', value: subscribe }, extension });
  return parseSubscribe(request, limits);
}

const path = toProto(parsePath('/a/b[k=1]'));

test('prefix and path reach the core as one path without a target', () => {
  const prefix = { ...toProto(parsePath('/top')), target: 'r1' };
  const { paths, target } = subscriptionOf(planOf({ prefix, subscription: [{ path }] }), 'r1');
  expect(target).toBe('r1');
  expect(paths.map((each) => Path.decode(each.path))).toEqual([toProto(parsePath('/top/a/b[k=1]'))]);
});

test('what the target may choose is sent as it changes', () => {
  const { paths } = subscriptionOf(planOf({ subscription: [{ path }] }), '');
  expect(paths[0]?.delivery).toEqual({ kind: 'change', heartbeatMs: 0 });
});

test('intervals are rounded up to milliseconds', () => {
  const sampled = {
    path,
    mode: SubscriptionMode.SAMPLE,
    sampleInterval: 1_500_001n,
    heartbeatInterval: 3_000_000n,
    suppressRedundant: true,
  };
  const { paths } = subscriptionOf(planOf({ subscription: [sampled] }), '');
  expect(paths[0]?.delivery).toEqual({
    kind: 'sample',
    intervalMs: 2,
    heartbeatMs: 3,
    suppressRedundant: true,
  });
});

test('ONCE and POLL have paths only', () => {
  const list = { mode: SubscriptionList_Mode.POLL, subscription: [{ path }], updatesOnly: true };
  expect(subscriptionOf(planOf(list), '')).toMatchObject({ mode: 'poll', updatesOnly: true });
});

test('what cannot be told without a schema is UNIMPLEMENTED', () => {
  const withModels = planOf({ subscription: [{ path }], useModels: [{ name: 'm' }] });
  expect(() => subscriptionOf(withModels, '')).toThrow(
    expect.objectContaining({ code: 'UNIMPLEMENTED', field: 'subscribe.use_models', value: 'm' }),
  );
  const configOnly = planOf({ subscription: [{ path }] }, [
    { ext: { $case: 'configSubscription', value: { action: { $case: 'start', value: {} } } } },
  ]);
  expect(() => subscriptionOf(configOnly, '')).toThrow(
    expect.objectContaining({ code: 'UNIMPLEMENTED', field: 'extension.config_subscription' }),
  );
});
