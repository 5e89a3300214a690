// The session's state machine: pure, so that every order of events can be tried. One call per event, no I/O.
// Invariants: epochs only grow; an event of an epoch that is over changes nothing; no phase but idle, committing,
// synced and done is without a timer or an RPC with a deadline, and those wait for an operator, the disk or the device.

import type { SessionPlan } from './plan.ts';
import type { Pace, Phase, SessionEffect, SessionEvent, SessionState, Terms, Why } from './state.ts';
import { agreeOnEncoding } from './terms.ts';

/** A state and what is to be done on entering it. */
export interface Step {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** Asking again soon would get the same answer. */
const lasting: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'UNIMPLEMENTED',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'NOT_FOUND',
]);

/** A session that has not started. `epoch` is below every epoch it will have: above all that the core has seen. */
export function idleSession(epoch: number): SessionState {
  return { phase: { kind: 'idle' }, epoch, why: 'start', terms: undefined, detail: '' };
}

/** Where `event` takes a session at `nowMs` (monotonic). An event that means nothing in this phase changes nothing. */
export function transition(plan: SessionPlan, state: SessionState, event: SessionEvent, nowMs: number): Step {
  const { phase } = state;
  switch (event.kind) {
    case 'start':
      return phase.kind === 'idle' || phase.kind === 'done'
        ? connect({ ...state, why: event.why })
        : stay(state);
    case 'stop':
      return become(
        { ...state, detail: event.detail },
        { kind: 'idle' },
        { kind: 'disconnect' },
        { kind: 'finish' },
      );
    case 'lost':
      return become(
        { ...state, detail: event.detail },
        { kind: 'idle' },
        { kind: 'disconnect' },
        { kind: 'forget' },
      );
    case 'resync':
      return resync(plan, { ...state, why: 'resync' }, nowMs);
    case 'reached':
      return phase.kind === 'connecting' ? become(state, { kind: 'negotiating' }) : stay(state);
    case 'offered': {
      if (phase.kind !== 'connecting' && phase.kind !== 'negotiating') return stay(state);
      const agreed = agreeOnEncoding(plan.encoding, event.offer);
      if ('refusal' in agreed) return retry(state, 'connect_failed', agreed.refusal, 'slow');
      const delivery = plan.mode.kind === 'stream' ? plan.mode.delivery : 'TARGET_DEFINED';
      return begin(plan, { ...state, terms: { encoding: agreed.encoding, delivery } }, nowMs);
    }
    case 'failed':
      return failed(plan, state, event.code, event.message, nowMs);
    case 'ended':
      return ended(plan, state);
    case 'drained':
      return phase.kind === 'syncing' && phase.over
        ? retry(state, 'stream_ended', 'the device ended the stream without a sync_response', 'backoff')
        : stay(state);
    case 'sealed':
      return phase.kind === 'syncing' && event.epoch === state.epoch
        ? become(state, { kind: 'committing' })
        : stay(state);
    case 'committed':
      return event.epoch === state.epoch ? committed(plan, state) : stay(state);
    case 'due':
      return due(plan, state, event.lastDataMs, nowMs);
  }
}

function stay(state: SessionState): Step {
  return { state, effects: [] };
}

function become(state: SessionState, phase: Phase, ...effects: SessionEffect[]): Step {
  return { state: { ...state, phase }, effects };
}

function connect(state: SessionState): Step {
  return become({ ...state, terms: undefined }, { kind: 'connecting' }, { kind: 'connect' });
}

/** The next epoch, on the channel that is open. */
function begin(plan: SessionPlan, state: SessionState, nowMs: number): Step {
  const { terms, why } = state;
  if (terms === undefined) return connect(state);
  const epoch = state.epoch + 1;
  const request: SessionEffect = { kind: plan.mode.kind === 'get' ? 'poll' : 'subscribe', epoch, terms, why };
  const phase: Phase = { kind: 'syncing', sinceMs: nowMs, over: false };
  // A Get has a deadline of its own.
  const watch: SessionEffect[] =
    plan.mode.kind === 'get'
      ? []
      : [{ kind: 'check', inMs: Math.min(plan.syncDeadlineMs, plan.syncLimitMs) }];
  return become({ ...state, epoch }, phase, request, ...watch);
}

/** What is over ends in the core as well; the next attempt connects anew. */
function retry(state: SessionState, why: Why, detail: string, pace: Pace): Step {
  return become(
    { ...state, why, detail },
    { kind: 'backoff', pace },
    { kind: 'disconnect' },
    { kind: 'finish' },
    { kind: 'wait', pace },
  );
}

function resync(plan: SessionPlan, state: SessionState, nowMs: number): Step {
  switch (state.phase.kind) {
    case 'idle':
    case 'connecting':
    case 'negotiating':
      return stay(state);
    case 'backoff':
    case 'done':
      return connect(state);
    case 'syncing':
    case 'committing':
    case 'synced': {
      const next = begin(plan, state, nowMs);
      return { ...next, effects: [{ kind: 'hangUp' }, { kind: 'finish' }, ...next.effects] };
    }
  }
}

function failed(plan: SessionPlan, state: SessionState, code: string, message: string, nowMs: number): Step {
  const detail = message === '' ? code : `${code}: ${message}`;
  const pace = lasting.has(code) ? 'slow' : 'backoff';
  switch (state.phase.kind) {
    case 'connecting':
    case 'negotiating':
      // Capabilities is mandatory, yet some targets go without.
      if (code === 'UNIMPLEMENTED')
        return transition(plan, state, { kind: 'offered', offer: 'unknown' }, nowMs);
      return retry(state, 'connect_failed', detail, pace);
    case 'syncing':
      if (code === 'INVALID_ARGUMENT' || code === 'UNIMPLEMENTED') {
        const without = withoutOnChange(state.terms);
        if (without !== undefined) return fallBack(plan, { ...state, terms: without, detail }, nowMs);
      }
      return retry(state, 'stream_ended', detail, pace);
    case 'committing':
    case 'synced':
      return retry(state, 'stream_ended', detail, pace);
    case 'idle':
    case 'backoff':
    case 'done':
      return stay(state);
  }
}

/** The terms for a device that may have refused ON_CHANGE; undefined when they did not ask for it. */
function withoutOnChange(terms: Terms | undefined): Terms | undefined {
  return terms?.delivery === 'ON_CHANGE' ? { ...terms, delivery: 'TARGET_DEFINED' } : undefined;
}

/** Many targets refuse ON_CHANGE for a subtree that holds one counter: they may choose for each leaf instead. */
function fallBack(plan: SessionPlan, state: SessionState, nowMs: number): Step {
  const next = begin(plan, { ...state, why: 'on_change_refused' }, nowMs);
  return { ...next, effects: [{ kind: 'hangUp' }, { kind: 'finish' }, ...next.effects] };
}

function ended(plan: SessionPlan, state: SessionState): Step {
  const { phase } = state;
  const once = plan.mode.kind === 'once';
  // A ONCE stream ends by itself; whether it was complete is known when the core has read all of it.
  if (once && phase.kind === 'syncing') return become(state, { ...phase, over: true });
  if (once && phase.kind === 'committing') return stay(state);
  if (phase.kind === 'syncing' || phase.kind === 'committing' || phase.kind === 'synced') {
    return retry(state, 'stream_ended', 'the device ended the stream', 'backoff');
  }
  return stay(state);
}

function committed(plan: SessionPlan, state: SessionState): Step {
  const { phase } = state;
  if (phase.kind !== 'committing' && phase.kind !== 'synced') return stay(state);
  const whole: SessionState = { ...state, detail: state.why === 'on_change_refused' ? state.detail : '' };
  switch (plan.mode.kind) {
    case 'stream':
      return become(whole, { kind: 'synced' }, { kind: 'healthy' });
    case 'once':
      return become(whole, { kind: 'done' }, { kind: 'healthy' }, { kind: 'disconnect' }, { kind: 'finish' });
    case 'get':
      return become(
        whole,
        { kind: 'synced' },
        ...(phase.kind === 'synced' ? [] : [{ kind: 'healthy' } as const]),
        { kind: 'finish' },
        { kind: 'check', inMs: plan.mode.intervalMs },
      );
  }
}

function due(plan: SessionPlan, state: SessionState, lastDataMs: number, nowMs: number): Step {
  const { phase } = state;
  switch (phase.kind) {
    case 'backoff':
      return connect(state);
    case 'syncing':
      return syncDue(plan, state, phase.sinceMs, lastDataMs, nowMs);
    case 'synced': {
      // The next poll. The tree of the last one stands until the answer is committed, so the phase does too.
      if (plan.mode.kind !== 'get' || state.terms === undefined) return stay(state);
      const epoch = state.epoch + 1;
      const why = 'poll';
      return become({ ...state, epoch, why }, phase, { kind: 'poll', epoch, terms: state.terms, why });
    }
    case 'idle':
    case 'connecting':
    case 'negotiating':
    case 'committing':
    case 'done':
      return stay(state);
  }
}

/** No sync_response yet: a device that still sends may go on, up to the limit. */
function syncDue(
  plan: SessionPlan,
  state: SessionState,
  sinceMs: number,
  lastDataMs: number,
  nowMs: number,
): Step {
  const limitAtMs = sinceMs + plan.syncLimitMs;
  const silentAtMs = Math.max(sinceMs, lastDataMs) + plan.syncDeadlineMs;
  if (nowMs >= limitAtMs) {
    return retry(
      state,
      'sync_deadline',
      `no sync_response ${seconds(plan.syncLimitMs)} after the subscribe`,
      'backoff',
    );
  }
  if (nowMs >= silentAtMs) {
    const detail = `no sync_response, and nothing else for ${seconds(plan.syncDeadlineMs)}`;
    return retry(state, 'sync_deadline', detail, 'backoff');
  }
  return { state, effects: [{ kind: 'check', inMs: Math.min(limitAtMs, silentAtMs) - nowMs }] };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
