// For tests of the state machine: what a follower may hold, frames, and the machine over several events.

import type { FrameKind } from '@syncline/proto/region-frame.ts';
import { firstOfTerm } from '../log/index.ts';
import { type FollowPlan, idleFollower, transition } from './machine.ts';
import type { FollowerEvent, FollowerState, FrameSummary, Held } from './state.ts';
import { noSummary } from './world/model-frame.ts';

/** The first index of term 3. */
export const base: number = firstOfTerm(3);
export const nothing: Held = { next: 0, origin: undefined, term: 0 };
export const own: Held = { next: base + 10, origin: { kind: 'ours', member: 7n }, term: 3 };
export const ofPd: Held = { next: 500, origin: { kind: 'foreign', member: 7n }, term: 0 };
export const distrust: FollowPlan = { trustForeign: false };
export const trust: FollowPlan = { trustForeign: true };

/** A frame of a PD, unless it has a kind. */
export function frame(fields: Partial<FrameSummary>): FollowerEvent {
  return { kind: 'frame', frame: { ...noSummary, ...fields } };
}

/** A frame of ours, of term 3. */
export function of(
  kind: FrameKind,
  startIndex: number,
  count: number,
  fields: Partial<FrameSummary> = {},
): FollowerEvent {
  return frame({ kind, startIndex, count, previous: startIndex, term: 3, ...fields });
}

/** The leader answers, and is member 7. */
export function reached(leader: 'ours' | 'foreign'): FollowerEvent {
  return { kind: 'reached', leader: { member: 7n, ours: leader === 'ours' } };
}

/** Where a follower was taken, and what it was to do on the way: every effect, written short. */
export interface Taken {
  readonly state: FollowerState;
  readonly effects: readonly string[];
}

/** Runs the events one after the other. */
export function run(state: FollowerState, events: readonly FollowerEvent[], plan = distrust): Taken {
  const effects: string[] = [];
  for (const event of events) {
    const step = transition(plan, state, event);
    state = step.state;
    effects.push(...step.effects.map(short));
  }
  return { state, effects };
}

function short(effect: { kind: string; index?: number; next?: number; position?: number; tier?: string }) {
  const at = effect.index ?? effect.next ?? effect.position ?? effect.tier;
  return at === undefined ? effect.kind : `${effect.kind} ${at}`;
}

/** A follower that starts and reaches its leader. `forced`: all regions are to be taken anew. */
export function started(held: Held, leader: 'ours' | 'foreign', plan = distrust, forced = false): Taken {
  return run(idleFollower(held, forced), [{ kind: 'start' }, reached(leader)], plan);
}

/** The same, at the moment when it has asked. */
export function joining(
  held: Held,
  leader: 'ours' | 'foreign',
  plan = distrust,
  forced = false,
): FollowerState {
  return started(held, leader, plan, forced).state;
}
