import { expect, test } from 'vitest';
import { idleSession, transition } from './machine.ts';
import type { SessionPlan, SyncMode } from './plan.ts';
import type { SessionEffect, SessionEvent, SessionState } from './state.ts';

const onChange: SyncMode = { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n };
const sample: SyncMode = { kind: 'stream', delivery: 'SAMPLE', sampleIntervalNs: 1n };
const once: SyncMode = { kind: 'once' };
const get: SyncMode = { kind: 'get', intervalMs: 30_000 };

function planOf(mode: SyncMode, encoding?: SessionPlan['encoding']): SessionPlan {
  return { mode, encoding, syncDeadlineMs: 60_000, syncLimitMs: 900_000 };
}

/** A session with what it wanted done since it was last asked. */
function sessionOf(plan: SessionPlan) {
  let state: SessionState = idleSession(100);
  let effects: SessionEffect[] = [];
  let nowMs = 0;
  const self = {
    get state() {
      return state;
    },
    at(ms: number) {
      nowMs = ms;
      return self;
    },
    on(...events: SessionEvent[]) {
      effects = [];
      for (const event of events) {
        const step = transition(plan, state, event, nowMs);
        state = step.state;
        effects.push(...step.effects);
      }
      return self;
    },
    get wants() {
      return effects.map((effect) => effect.kind);
    },
    effect<Kind extends SessionEffect['kind']>(
      kind: Kind,
    ): Extract<SessionEffect, { kind: Kind }> | undefined {
      return effects.find((effect): effect is Extract<SessionEffect, { kind: Kind }> => effect.kind === kind);
    },
  };
  return self;
}

const start: SessionEvent = { kind: 'start', why: 'start' };
const reached: SessionEvent = { kind: 'reached' };
const ended: SessionEvent = { kind: 'ended' };
const resync: SessionEvent = { kind: 'resync' };
const offers = (...offer: string[]): SessionEvent => ({ kind: 'offered', offer });
const failed = (code: string, message = 'told so'): SessionEvent => ({ kind: 'failed', code, message });
const sealed = (epoch: number): SessionEvent => ({ kind: 'sealed', epoch });
const committed = (epoch: number): SessionEvent => ({ kind: 'committed', epoch });
const due = (lastDataMs = 0): SessionEvent => ({ kind: 'due', lastDataMs });
const subscribed = [start, reached, offers('JSON', 'PROTO')];
const synced = [...subscribed, sealed(101), committed(101)];

test('a stream goes from connecting to synced, and is synced only once its tree is committed', () => {
  const session = sessionOf(planOf(onChange));
  const phases = [start, reached, offers('JSON', 'PROTO'), sealed(101), committed(101)].map(
    (event) => session.on(event).state.phase.kind,
  );
  expect(phases).toEqual(['connecting', 'negotiating', 'syncing', 'committing', 'synced']);
  expect(session.wants).toEqual(['healthy']);
});

test('subscribing takes the best encoding that is offered, a new epoch, and a deadline', () => {
  const session = sessionOf(planOf(onChange)).on(...subscribed);
  expect(session.effect('subscribe')).toEqual({
    kind: 'subscribe',
    epoch: 101,
    terms: { encoding: 'PROTO', delivery: 'ON_CHANGE' },
    why: 'start',
  });
  expect(session.effect('check')?.inMs).toBe(60_000);
});

test('a device that does not offer the encoding is left alone for long, and the detail names both sides', () => {
  const session = sessionOf(planOf(onChange, 'PROTO')).on(start, reached).on(offers('JSON', 'ASCII'));
  expect(session.state.phase).toEqual({ kind: 'backoff', pace: 'slow' });
  expect(session.state.detail).toContain('JSON, ASCII');
  expect(session.state.detail).toContain('PROTO');
  expect(session.wants).toEqual(['disconnect', 'finish', 'wait']);
});

test('a device without Capabilities is subscribed with what was configured, else with JSON', () => {
  const configured = sessionOf(planOf(onChange, 'JSON_IETF')).on(start, reached, failed('UNIMPLEMENTED'));
  expect(configured.effect('subscribe')?.terms.encoding).toBe('JSON_IETF');
  const open = sessionOf(planOf(onChange)).on(start, reached, failed('UNIMPLEMENTED'));
  expect(open.effect('subscribe')?.terms.encoding).toBe('JSON');
});

test.each(['INVALID_ARGUMENT', 'UNIMPLEMENTED', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'NOT_FOUND'])(
  '%s on Subscribe is retried slowly, with the device’s own text',
  (code) => {
    const session = sessionOf(planOf(sample)).on(...subscribed, failed(code, 'no such path /x'));
    expect(session.state.phase).toEqual({ kind: 'backoff', pace: 'slow' });
    expect(session.state.detail).toBe(`${code}: no such path /x`);
  },
);

test.each(['UNAVAILABLE', 'INTERNAL', 'RESOURCE_EXHAUSTED', 'CANCELLED', 'DEADLINE_EXCEEDED'])(
  '%s is retried with ordinary backoff wherever it strikes',
  (code) => {
    for (const before of [[start], [start, reached], subscribed, [...subscribed, sealed(101)], synced]) {
      const session = sessionOf(planOf(onChange)).on(...before, failed(code));
      expect(session.state.phase, `after ${before.length} events`).toEqual({
        kind: 'backoff',
        pace: 'backoff',
      });
    }
  },
);

test('a device that refuses ON_CHANGE is asked once for TARGET_DEFINED, then left alone for long', () => {
  const session = sessionOf(planOf(onChange))
    .on(...subscribed)
    .on(failed('INVALID_ARGUMENT', 'counters'));
  expect(session.wants).toEqual(['hangUp', 'finish', 'subscribe', 'check']);
  expect(session.effect('subscribe')).toMatchObject({ epoch: 102, terms: { delivery: 'TARGET_DEFINED' } });
  expect(session.on(failed('INVALID_ARGUMENT')).state.phase).toEqual({ kind: 'backoff', pace: 'slow' });
});

test('the detail keeps saying why TARGET_DEFINED is used while it works', () => {
  const session = sessionOf(planOf(onChange))
    .on(...subscribed, failed('UNIMPLEMENTED', 'on_change'))
    .on(sealed(102), committed(102));
  expect(session.state).toMatchObject({ phase: { kind: 'synced' }, detail: 'UNIMPLEMENTED: on_change' });
});

test('OK from the device ends a stream all the same: it is subscribed anew', () => {
  for (const before of [subscribed, [...subscribed, sealed(101)], synced]) {
    const session = sessionOf(planOf(onChange))
      .on(...before)
      .on(ended);
    expect(session.state).toMatchObject({ phase: { kind: 'backoff', pace: 'backoff' }, why: 'stream_ended' });
    expect(session.wants).toEqual(['disconnect', 'finish', 'wait']);
  }
});

test('each attempt has a new epoch, and what an older one still reports changes nothing', () => {
  const session = sessionOf(planOf(onChange)).on(...synced, ended, due(), reached, offers('PROTO'));
  expect(session.state.epoch).toBe(102);
  const before = session.state;
  expect(session.on(sealed(101), committed(101)).state).toEqual(before);
  expect(session.wants).toEqual([]);
});

test('a device that is silent without a sync_response is given up after the deadline', () => {
  const session = sessionOf(planOf(onChange))
    .on(...subscribed)
    .at(60_000)
    .on(due(0));
  expect(session.state.detail).toBe('no sync_response, and nothing else for 60 s');
  expect(session.state.why).toBe('sync_deadline');
});

test('a device that still sends is given time, up to the limit', () => {
  const session = sessionOf(planOf(onChange))
    .on(...subscribed)
    .at(60_000)
    .on(due(40_000));
  expect(session.effect('check')?.inMs).toBe(40_000);
  expect(session.at(880_000).on(due(879_000)).effect('check')?.inMs).toBe(20_000);
  expect(session.at(900_000).on(due(899_999)).state.detail).toBe(
    'no sync_response 900 s after the subscribe',
  );
});

test('a resync of a live stream begins the next epoch on the same channel', () => {
  const session = sessionOf(planOf(onChange))
    .on(...synced)
    .on(resync);
  expect(session.wants).toEqual(['hangUp', 'finish', 'subscribe', 'check']);
  expect(session.state).toMatchObject({ phase: { kind: 'syncing' }, epoch: 102, why: 'resync' });
});

test('a resync cuts a backoff short; of a session that is paused it changes nothing', () => {
  expect(sessionOf(planOf(onChange)).on(start, failed('UNAVAILABLE')).on(resync).state.phase.kind).toBe(
    'connecting',
  );
  expect(sessionOf(planOf(onChange)).on(resync).state.phase.kind).toBe('idle');
});

test('stopping hangs up first and then lets the core have the rest', () => {
  const session = sessionOf(planOf(onChange))
    .on(...synced)
    .on({ kind: 'stop', detail: 'paused' });
  expect(session.wants).toEqual(['disconnect', 'finish']);
  expect(session.state).toMatchObject({ phase: { kind: 'idle' }, detail: 'paused' });
});

test('without its core a session forgets what was meant for it and starts with a new epoch', () => {
  const session = sessionOf(planOf(onChange))
    .on(...synced)
    .on({ kind: 'lost', detail: 'core worker 0 ended' });
  expect(session.wants).toEqual(['disconnect', 'forget']);
  session.on({ kind: 'start', why: 'worker_restart' }, reached, offers('PROTO'));
  expect(session.effect('subscribe')).toMatchObject({ epoch: 102, why: 'worker_restart' });
});

test('the commit of an epoch that is over is not the commit of this one', () => {
  const session = sessionOf(planOf(onChange)).on(...synced, resync, sealed(102));
  expect(session.on(committed(101)).state.phase.kind).toBe('committing');
  expect(session.on(committed(102)).state.phase.kind).toBe('synced');
});

test('ONCE is done when its tree is committed, whether the device closes before or after', () => {
  for (const events of [
    [sealed(101), ended, committed(101)],
    [sealed(101), committed(101), ended],
    [ended, sealed(101), committed(101)],
  ]) {
    const session = sessionOf(planOf(once)).on(...subscribed, ...events);
    expect(session.state.phase.kind).toBe('done');
  }
});

test('ONCE that ends without a sync_response is an interrupted stream, known once the core has read it all', () => {
  const session = sessionOf(planOf(once)).on(...subscribed, ended);
  expect(session.state.phase).toMatchObject({ kind: 'syncing', over: true });
  expect(session.on({ kind: 'drained' }).state).toMatchObject({
    phase: { kind: 'backoff' },
    detail: 'the device ended the stream without a sync_response',
  });
});

test('a poll stays synced while the next one is under way, and each is an epoch', () => {
  const session = sessionOf(planOf(get)).on(...subscribed);
  expect(session.wants).toEqual(['connect', 'poll']);
  expect(session.on(sealed(101), committed(101)).wants).toEqual(['healthy', 'finish', 'check']);
  expect(session.effect('check')?.inMs).toBe(30_000);
  expect(session.on(due()).effect('poll')).toMatchObject({ epoch: 102, why: 'poll' });
  expect(session.state.phase.kind).toBe('synced');
  expect(session.on(sealed(102), committed(102)).wants).toEqual(['finish', 'check']);
});

test('a poll that fails is not synced any more', () => {
  const session = sessionOf(planOf(get))
    .on(...synced, due())
    .on(failed('UNAVAILABLE'));
  expect(session.state.phase).toEqual({ kind: 'backoff', pace: 'backoff' });
});

test('events that mean nothing in a phase change nothing', () => {
  const events: SessionEvent[] = [
    reached,
    offers('PROTO'),
    failed('INTERNAL'),
    ended,
    sealed(100),
    committed(100),
    due(),
  ];
  const session = sessionOf(planOf(onChange));
  expect(session.on(...events).wants).toEqual([]);
  expect(session.state).toEqual(idleSession(100));
});
