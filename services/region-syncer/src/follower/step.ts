// How a follower goes from one state to the next, for all leaders alike.

import type { Origin } from '../replica/standing.ts';
import type { FollowerEffect, FollowerState, Phase, Why } from './state.ts';

/** A state and what is to be done on entering it. */
export interface Step {
  readonly state: FollowerState;
  readonly effects: readonly FollowerEffect[];
}

export function stay(state: FollowerState, ...effects: FollowerEffect[]): Step {
  return { state, effects };
}

export function become(state: FollowerState, phase: Phase, ...effects: FollowerEffect[]): Step {
  return { state: { ...state, phase }, effects };
}

/** Holds all records before `next`, and goes on in `phase`. */
export function reach(state: FollowerState, next: number, phase: Phase, ...effects: FollowerEffect[]): Step {
  return become({ ...state, held: { ...state.held, next } }, phase, ...effects);
}

/** Nothing is missing as far as is known. */
export function live(state: FollowerState, next: number, ...effects: FollowerEffect[]): Step {
  const healthy: FollowerEffect[] = state.phase.kind === 'live' ? [] : [{ kind: 'healthy' }];
  return reach({ ...state, detail: '' }, next, { kind: 'live' }, ...effects, ...healthy);
}

/** What is left of a snapshot that will not be complete. */
export function abandoned({ kind }: Phase): FollowerEffect[] {
  return kind === 'snapshot' || kind === 'catching-up' || kind === 'completing' ? [{ kind: 'drop' }] : [];
}

/** Gives the connection up; the next attempt may meet another process. */
export function retry(state: FollowerState, why: Why, detail: string): Step {
  return become(
    { ...state, why, detail, leader: undefined, sameProcess: false, floor: undefined },
    { kind: 'backing-off' },
    ...abandoned(state.phase),
    { kind: 'disconnect' },
    { kind: 'wait' },
  );
}

/** Gives the stream up and asks the same process again, after a while. */
export function askAgain(state: FollowerState, why: Why, detail: string): Step {
  return become(
    { ...state, why, detail },
    { kind: 'backing-off' },
    ...abandoned(state.phase),
    { kind: 'hang-up' },
    { kind: 'wait' },
  );
}

/** The second generation is whole and stands for all records before `position`; its leader had made those before `target`. */
export function complete(state: FollowerState, position: number, target: number, origin: Origin): Step {
  const phase: Phase = { kind: 'completing', position, target, origin, over: undefined };
  return become(state, phase, { kind: 'complete', position, origin });
}
