// The follower's state machine: pure, so that every order of events can be tried. One call per event, no I/O.
// Invariants: a copy that is complete is given up only for one that is complete; what is held never goes back while
// its leader is the same; no phase but idle and completing is without a timer, and completing waits for the disk.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { foreignFrame } from './foreign-frames.ts';
import { ownFrame } from './own-frames.ts';
import {
  type Asked,
  beyondAll,
  type FollowerEffect,
  type FollowerEvent,
  type FollowerState,
  type FrameSummary,
  type Held,
  type Why,
} from './state.ts';
import { abandoned, askAgain, become, live, reach, retry, type Step, stay } from './step.ts';

/** What a follower does that depends on settings. */
export interface FollowPlan {
  /** A PD's index still counts after its connection was lost: quicker, and wrong if it has restarted meanwhile. */
  readonly trustForeign: boolean;
}

/** A follower that has not started. `forced`: all regions are to be taken anew, whatever is held. */
export function idleFollower(held: Held, forced: boolean): FollowerState {
  return {
    phase: { kind: 'idle' },
    held,
    leader: undefined,
    forced,
    sameProcess: false,
    floor: undefined,
    why: 'start',
    detail: '',
  };
}

/** Where `event` takes a follower. An event that means nothing in this phase changes nothing. */
export function transition(plan: FollowPlan, state: FollowerState, event: FollowerEvent): Step {
  const { phase } = state;
  switch (event.kind) {
    case 'start':
      return phase.kind === 'idle' ? connect({ ...state, why: 'start' }) : stay(state);
    case 'stop':
      return become(state, { kind: 'idle' }, ...abandoned(phase), { kind: 'disconnect' });
    case 'reset':
      // Also of a leader that is behind what this follower has seen: it is the operator's word that it leads.
      return reset({ ...state, held: { ...state.held, term: 0 }, forced: true }, 'reset', event.reason);
    case 'mismatch':
      if (phase.kind !== 'live') return stay(state);
      return reset(
        { ...state, forced: true },
        'digest_mismatch',
        'the leader has other regions at this index',
      );
    case 'reached':
      if (phase.kind !== 'connecting') return stay(state);
      return ask(plan, { ...state, leader: event.leader });
    case 'frame':
      return taken(state, event.frame);
    case 'bad-frame':
      // A PD does not repeat what it believes to have sent.
      return ended({ ...state, forced: state.forced || isForeign(state) }, 'bad_frame', event.detail);
    case 'error-frame':
      return ended(state, 'error_frame', event.detail);
    case 'ended':
      return ended(state, phase.kind === 'connecting' ? 'connect_failed' : 'stream_ended', event.detail);
    case 'lost':
      return lost(state);
    case 'completed':
      return completed(state);
    case 'failed':
      return failed({ ...state, held: { ...state.held, next: event.next } }, event.why, event.detail);
    case 'due':
      return due(plan, state);
  }
}

function connect(state: FollowerState): Step {
  return become(state, { kind: 'connecting' }, { kind: 'connect' }, { kind: 'watch' });
}

/** Opens the stream on the channel that is there. */
function ask(plan: FollowPlan, state: FollowerState): Step {
  const asked = request(plan, state);
  return become({ ...state, sameProcess: true }, { kind: 'joining', asked }, asking(asked, state.held), {
    kind: 'watch',
  });
}

function asking(asked: Asked, { next }: Held): FollowerEffect {
  switch (asked.kind) {
    case 'onward':
      return { kind: 'ask', index: next };
    case 'everything':
      return { kind: 'ask', index: 0 };
    case 'probe':
      return { kind: 'ask', index: beyondAll };
    case 'listing':
      return { kind: 'list' };
  }
}

/** What to ask for: the least that leaves nothing out. */
function request(plan: FollowPlan, { held, leader, forced, sameProcess, floor }: FollowerState): Asked {
  const { origin, next } = held;
  if (leader?.ours === true) {
    return !forced && origin?.kind === 'ours' && next > 0
      ? { kind: 'onward' }
      : { kind: 'everything', floor: undefined };
  }
  const numbers = origin?.kind === 'foreign' && origin.member === leader?.member;
  if (!forced && numbers && next > 0 && (sameProcess || plan.trustForeign)) return { kind: 'onward' };
  if (floor === undefined) return { kind: 'probe', again: false };
  return floor === 0 ? { kind: 'listing', floor } : { kind: 'everything', floor };
}

/** A frame arrived: silence is over, and what it is decides who sent it. */
function taken(before: FollowerState, frame: FrameSummary): Step {
  const { leader, phase } = before;
  if (leader === undefined) return stay(before);
  const ours = frame.kind !== FrameKind.UNSPECIFIED;
  if (ours !== leader.ours && phase.kind !== 'joining')
    return retry(before, 'other_leader', `a frame of kind ${frame.kind} in the middle of a stream`);
  const state = { ...before, leader: { ...leader, ours } };
  const step = ours ? ownFrame(state, frame) : foreignFrame(state, frame);
  return isTimed(step) ? { ...step, effects: [...step.effects, { kind: 'watch' }] } : step;
}

function isTimed({ state }: Step): boolean {
  const { kind } = state.phase;
  return kind !== 'idle' && kind !== 'completing' && kind !== 'backing-off';
}

function isForeign({ leader }: FollowerState): boolean {
  return leader?.ours === false;
}

/** The stream is over, whoever ended it. */
function ended(state: FollowerState, why: Why, detail: string): Step {
  return interrupted(state, why, detail, retry);
}

/** Something that was wanted done could not be. */
function failed(state: FollowerState, why: Why, detail: string): Step {
  const { kind } = state.phase;
  return kind === 'idle' || kind === 'backing-off' ? stay(state) : retry(state, why, detail);
}

/** The channel would connect anew by itself, and a PD that has restarted would answer for the one before. */
function lost(state: FollowerState): Step {
  if (state.phase.kind !== 'backing-off') return ended(state, 'stream_ended', 'the connection is gone');
  const other = { ...state, leader: undefined, sameProcess: false, floor: undefined };
  return stay(other, { kind: 'disconnect' });
}

/** All regions are to be taken anew; what is held is served until they are there. */
function reset(state: FollowerState, why: Why, detail: string): Step {
  return state.phase.kind === 'connecting' ? stay(state) : interrupted(state, why, detail, askAgain);
}

/** What is under way is given up, and tried `anew`; what is being made present is finished first. */
function interrupted(state: FollowerState, why: Why, detail: string, anew: typeof retry): Step {
  switch (state.phase.kind) {
    case 'idle':
    case 'backing-off':
      return stay(state);
    case 'completing':
      return over(state, why, detail);
    case 'connecting':
    case 'joining':
    case 'replaying':
    case 'delta':
    case 'snapshot':
    case 'catching-up':
    case 'live':
      return anew(state, why, detail);
  }
}

/** The second generation is still being made the present one: what comes then, comes then. A reset outlasts an end. */
function over(state: FollowerState, why: Why, detail: string): Step {
  const { phase } = state;
  if (phase.kind !== 'completing' || phase.over?.why === 'reset') return stay(state);
  return become(state, { ...phase, over: { why, detail } });
}

function completed(state: FollowerState): Step {
  const { phase, held } = state;
  if (phase.kind !== 'completing') return stay(state);
  const { position, target, origin, over } = phase;
  const whole: FollowerState = {
    ...state,
    held: { ...held, next: position, origin },
    forced: over?.why === 'reset',
    floor: undefined,
  };
  if (over !== undefined) return retry({ ...whole, phase: { kind: 'live' } }, over.why, over.detail);
  const step =
    position >= target ? live(whole, position) : reach(whole, position, { kind: 'replaying', target });
  return { ...step, effects: [...step.effects, { kind: 'watch' }] };
}

function due(plan: FollowPlan, state: FollowerState): Step {
  switch (state.phase.kind) {
    case 'idle':
    case 'completing':
      return stay(state);
    case 'backing-off':
      return state.sameProcess ? ask(plan, state) : connect(state);
    case 'connecting':
      return retry(state, 'connect_failed', 'the leader did not answer in time');
    case 'joining':
    case 'replaying':
    case 'delta':
    case 'snapshot':
    case 'catching-up':
    case 'live':
      // A PD of before 2026 says nothing to a follower that is behind its ring.
      return retry(
        { ...state, forced: state.forced || isForeign(state) },
        'silence',
        'no frame and no keepalive for too long',
      );
  }
}
