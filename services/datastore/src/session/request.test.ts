import { parsePath } from '@syncline/gnmi/path-text.ts';
import { GetRequest, SubscribeRequest } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { getRequest, type Interest, subscribeRequest } from './request.ts';

const interest: Interest = {
  targetName: '',
  paths: [parsePath('/interfaces/interface[name=eth0]'), parsePath('/system')],
};

function subscription(...[of, mode, terms]: Parameters<typeof subscribeRequest>) {
  const { request } = SubscribeRequest.decode(subscribeRequest(of, mode, terms));
  if (request?.$case !== 'subscribe') throw new Error('no subscribe');
  return request.value;
}

test('every path is a subscription of its own, and no prefix is sent unless a target is named', () => {
  const list = subscription(
    interest,
    { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 9n },
    { encoding: 'PROTO', delivery: 'ON_CHANGE' },
  );
  expect(list.subscription.map(({ path }) => path?.elem.at(-1)?.name)).toEqual(['interface', 'system']);
  expect(list.subscription.map(({ mode, sampleInterval }) => [mode, sampleInterval])).toEqual([
    [1, 0n],
    [1, 0n],
  ]);
  expect(list).toMatchObject({ prefix: undefined, mode: 0, encoding: 2 });
});

test('only SAMPLE carries an interval, in nanoseconds', () => {
  const mode = { kind: 'stream', delivery: 'SAMPLE', sampleIntervalNs: 5_000_000_000n } as const;
  const intervals = (['SAMPLE', 'TARGET_DEFINED'] as const).map(
    (delivery) =>
      subscription(interest, mode, { encoding: 'JSON', delivery }).subscription[0]?.sampleInterval,
  );
  expect(intervals).toEqual([5_000_000_000n, 0n]);
});

test('a target name goes into the prefix', () => {
  const list = subscription(
    { ...interest, targetName: 'r1' },
    { kind: 'once' },
    { encoding: 'JSON', delivery: 'TARGET_DEFINED' },
  );
  expect(list).toMatchObject({ prefix: { target: 'r1' }, mode: 1 });
});

test('a poll asks for the configuration under one path', () => {
  const terms = { encoding: 'JSON_IETF', delivery: 'TARGET_DEFINED' } as const;
  const request = GetRequest.decode(getRequest(interest, parsePath('/system'), terms));
  expect(request).toMatchObject({
    type: 1,
    encoding: 4,
    prefix: undefined,
    path: [{ elem: [{ name: 'system' }] }],
  });
});
