import { expect, test } from 'vitest';
import type { HeldTarget, WantedTarget } from './held.ts';
import { type StatusFacts, statusOf } from './status.ts';
import type { LinkView } from './stream-view.ts';

const snapshot = { epoch: 1, localIps: ['10.0.0.1/24'], ipsKey: '10.0.0.1/24', gateways: [] };
const up: LinkView = { state: 'up', detail: '', snapshot };
const wanted: WantedTarget = { ips: snapshot.localIps, ipsKey: snapshot.ipsKey, maxTargets: 3 };
const held: HeldTarget = {
  ips: wanted.ips,
  ipsKey: wanted.ipsKey,
  identifier: 1,
  state: 'listed',
  sentMs: 0,
};
const open: StatusFacts = {
  view: { link: up, config: { kind: 'listed', maxTargets: 3 } },
  wanted,
  held,
  lastError: undefined,
};

function withLink(link: Partial<LinkView>): StatusFacts {
  return { ...open, view: { ...open.view, link: { ...up, ...link } } };
}

test('a stream is OPEN when its target is ENABLED at the addresses of the link', () => {
  expect(statusOf(open)).toEqual({ status: 'open', reason: '' });
  expect(statusOf({ ...open, held: { ...held, state: 'enabled' } }).status).toBe('open');
});

test.each([
  [
    'there is no connection yet',
    withLink({ state: 'connecting', detail: 'not yet', snapshot: undefined }),
    'not yet',
  ],
  ['the link is down', withLink({ state: 'down', detail: 'deleted' }), 'deleted'],
  ['it has no addresses', withLink({ snapshot: { ...snapshot, localIps: [], ipsKey: '' } }), 'no local IPs'],
  [
    'the configuration is unknown',
    { ...open, view: { ...open.view, config: { kind: 'unknown' as const } } },
    'the NSP has not listed the streams of the conduit yet',
  ],
  ['the last attempt failed', { ...open, held: undefined, lastError: 'the NSP is full' }, 'the NSP is full'],
])('a stream is UNAVAILABLE, and says why, when %s', (_, facts, reason) => {
  expect(statusOf(facts)).toEqual({ status: 'unavailable', reason });
});

test('a stream that is not in the configuration is UNDEFINED, once the link is up', () => {
  const absent = { ...open.view, config: { kind: 'absent' as const } };
  expect(statusOf({ ...open, view: absent }).status).toBe('undefined');
  const down = withLink({ state: 'down', detail: 'down' });
  expect(statusOf({ ...down, view: { ...down.view, config: { kind: 'absent' } } }).status).toBe(
    'unavailable',
  );
});

test.each([
  ['nothing is held', undefined],
  ['an answer is missing', { ...held, state: 'doubtful' as const }],
  ['the target has other addresses', { ...held, ipsKey: 'other' }],
  ['the identifier is above max-targets', { ...held, identifier: 4 }],
])('a stream is PENDING when %s', (_, other) => {
  expect(statusOf({ ...open, held: other }).status).toBe('pending');
});
