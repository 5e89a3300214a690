// Whether a follower's copy answers reads: live, complete, heard of, and written as fast as it comes. The silence limit
// is what keeps a leader that fell silent from being taken for one that has nothing to say (region-syncer.md 1.9, B11).

import type { Phase } from './state.ts';

/** What readiness depends on. */
export interface Condition {
  readonly phase: Phase['kind'];
  /** What went wrong last; '' when nothing. */
  readonly detail: string;
  /** none: nothing was ever complete; mixed: a part of what has changed was taken, and the rest is missing. */
  readonly copy: 'none' | 'mixed' | 'complete';
  /**
   * Since the leader's last frame, in ms, stops of this process included: a copy is as old as it is, whoever is to blame.
   * Undefined before the first.
   */
  readonly heardMs: number | undefined;
  readonly silenceMs: number;
  /** What the disk refused last; undefined while it takes what it is given. */
  readonly degraded: Error | undefined;
}

/** Why the copy does not answer reads; '' when it does. */
export function unreadiness({ phase, detail, copy, heardMs, silenceMs, degraded }: Condition): string {
  if (copy === 'none') return withDetail(`no complete copy: ${phase}`, detail);
  if (copy === 'mixed') return withDetail(`only a part of what has changed was taken: ${phase}`, detail);
  if (phase !== 'live') return withDetail(phase, detail);
  if (degraded !== undefined) return `the disk refuses: ${degraded.message}`;
  if (heardMs === undefined || heardMs >= silenceMs)
    return `nothing was heard of the leader for ${Math.round(heardMs ?? 0)} ms`;
  return '';
}

function withDetail(reason: string, detail: string): string {
  return detail === '' ? reason : `${reason}, ${detail}`;
}
