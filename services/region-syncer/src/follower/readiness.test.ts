import { expect, test } from 'vitest';
import { type Condition, unreadiness } from './readiness.ts';

const ready: Condition = {
  phase: 'live',
  detail: '',
  copy: 'complete',
  heardMs: 29_999,
  silenceMs: 30_000,
  degraded: undefined,
};

test.each<[string, Partial<Condition>, string]>([
  ['live, complete and heard of', {}, ''],
  ['nothing was ever complete', { copy: 'none', phase: 'snapshot' }, 'no complete copy: snapshot'],
  [
    'a delta is not whole',
    { copy: 'mixed', phase: 'backing-off', detail: 'stream_ended' },
    'only a part of what has changed was taken: backing-off, stream_ended',
  ],
  ['records are missing', { phase: 'replaying' }, 'replaying'],
  [
    'the leader is gone',
    { phase: 'backing-off', detail: 'UNAVAILABLE: cut' },
    'backing-off, UNAVAILABLE: cut',
  ],
  ['all regions come anew', { phase: 'catching-up' }, 'catching-up'],
  ['the leader is silent', { heardMs: 30_000 }, 'nothing was heard of the leader for 30000 ms'],
  ['the disk is full', { degraded: new Error('append: full') }, 'the disk refuses: append: full'],
])('%s', (_, change, reason) => {
  expect(unreadiness({ ...ready, ...change })).toBe(reason);
});
