// What a stream's loop does next, from what is wanted and what is held. Pure: the loop asks after every change and
// after every step, so no event has to say what is to be done.

import { fits, type HeldTarget, type WantedTarget } from './held.ts';

/** Where a stream stands; times are monotonic, ms. */
export interface StreamStanding {
  /** The application wants the stream, whether or not it can be registered. */
  readonly isWanted: boolean;
  readonly wanted: WantedTarget | undefined;
  readonly held: HeldTarget | undefined;
  /** When what is held is to be refreshed. */
  readonly refreshAtMs: number;
  /** No attempt before. */
  readonly retryAtMs: number;
  /** When unregistering is given up; Infinity while nothing is to go. */
  readonly leaveByMs: number;
}

/** One step of a stream's loop. */
export type StreamStep =
  /** Register or refresh the target. */
  | { readonly kind: 'secure'; readonly wanted: WantedTarget }
  | { readonly kind: 'unregister' }
  /** The budget to unregister is used up. */
  | { readonly kind: 'leave-behind' }
  /** Nothing to do before `untilMs`, unless something changes. */
  | { readonly kind: 'rest'; readonly untilMs: number }
  /** Not wanted and nothing held. */
  | { readonly kind: 'over' };

/** The next step at `nowMs`. What is held and does not fit goes before anything else comes. */
export function nextStep(standing: StreamStanding, nowMs: number): StreamStep {
  const { isWanted, wanted, held, refreshAtMs, retryAtMs, leaveByMs } = standing;
  if (held !== undefined && !fits(held, wanted)) {
    if (nowMs >= leaveByMs) return { kind: 'leave-behind' };
    if (nowMs < retryAtMs) return { kind: 'rest', untilMs: Math.min(retryAtMs, leaveByMs) };
    return { kind: 'unregister' };
  }
  if (wanted === undefined) {
    return isWanted ? { kind: 'rest', untilMs: Number.POSITIVE_INFINITY } : { kind: 'over' };
  }
  const dueMs = held?.state === 'listed' ? Math.max(refreshAtMs, retryAtMs) : retryAtMs;
  return nowMs < dueMs ? { kind: 'rest', untilMs: dueMs } : { kind: 'secure', wanted };
}
