// The frames of a leader that is a Syncline. It says what each frame is and which record it continues from, so
// whatever does not fit is a fault, and the follower asks again from what it holds (region-syncer.md 7.3, 7.7).
// Invariants: a record is applied only right after the one before it; a lower term changes nothing.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import { firstOfTerm, termOf } from '../log/index.ts';
import type { FollowerEffect, FollowerState, FrameSummary, Phase } from './state.ts';
import { askAgain, become, complete, live, reach, type Step, stay } from './step.ts';

const follow: FollowerEffect = { kind: 'apply', judge: false };
const catchUp: FollowerEffect = { kind: 'catch-up', judge: false };

/** Takes a frame that states its kind. */
export function ownFrame(before: FollowerState, frame: FrameSummary): Step {
  const { phase, held } = before;
  if (frame.term < held.term)
    return askAgain(before, 'lower_term', `a frame of term ${frame.term} after term ${held.term}`);
  const state: FollowerState = { ...before, held: { ...held, term: frame.term } };
  if (frame.kind === FrameKind.SNAPSHOT && frame.startIndex === 0 && phase.kind !== 'completing') {
    if (frame.count > frame.total || !isIndex(frame.previous, frame)) return unfit(state, frame);
    return snapshot(state, frame);
  }
  switch (phase.kind) {
    case 'joining':
      // Its turn for a snapshot has not come.
      if (frame.kind === FrameKind.KEEPALIVE) return stay(state);
      return phase.asked.kind === 'onward' && held.origin?.kind === 'ours'
        ? onward(state, frame)
        : unfit(state, frame);
    case 'replaying':
    case 'live':
      return onward(state, frame);
    case 'delta':
      return delta(state, phase, frame);
    case 'snapshot':
      return ofSnapshot(state, phase, frame);
    case 'catching-up':
      return catchingUp(state, phase, frame);
    case 'idle':
    case 'connecting':
    case 'completing':
    case 'backing-off':
      return stay(before);
  }
}

/** Frames that continue what is held. */
function onward(state: FollowerState, frame: FrameSummary): Step {
  const { phase, held } = state;
  const joined = (tier: 'in-sync' | 'replay'): FollowerEffect[] =>
    phase.kind === 'joining' ? [{ kind: 'joined', tier }] : [];
  const compared: FollowerEffect[] = frame.hasDigest ? [{ kind: 'compare' }] : [];
  const end = frame.startIndex + frame.count;
  switch (frame.kind) {
    case FrameKind.IN_SYNC:
    case FrameKind.KEEPALIVE: {
      if (!follows(frame, held.next) || frame.count > 0) return unfit(state, frame);
      const moved: FollowerEffect[] =
        frame.startIndex > held.next ? [{ kind: 'move', next: frame.startIndex }] : [];
      return live(state, frame.startIndex, ...joined('in-sync'), ...moved, ...compared);
    }
    case FrameKind.REPLAY:
    case FrameKind.LIVE: {
      if (frame.count > 0 && end <= held.next) return stay(state, { kind: 'skip' });
      if (!follows(frame, held.next) || frame.count === 0) return unfit(state, frame);
      const target = phase.kind === 'replaying' ? (phase.target ?? 0) : frame.leaderNext;
      if (phase.kind === 'live' || end >= target)
        return live(state, end, ...joined('replay'), follow, ...compared);
      return reach(state, end, { kind: 'replaying', target }, ...joined('replay'), follow);
    }
    case FrameKind.DELTA:
      if (frame.previous !== held.next || frame.startIndex !== 0) return unfit(state, frame);
      return become(
        state,
        { kind: 'delta', taken: frame.count, total: frame.total },
        { kind: 'joined', tier: 'delta' },
        { kind: 'delta' },
      );
    case FrameKind.SNAPSHOT:
    case FrameKind.SNAPSHOT_END:
    case FrameKind.DELTA_END:
    case FrameKind.UNSPECIFIED:
    case FrameKind.UNRECOGNIZED:
      return unfit(state, frame);
  }
}

function delta(state: FollowerState, phase: Phase & { kind: 'delta' }, frame: FrameSummary): Step {
  const { held } = state;
  if (frame.previous !== held.next) return unfit(state, frame);
  const taken = phase.taken + frame.count;
  if (frame.kind === FrameKind.DELTA && frame.startIndex === phase.taken && taken <= phase.total)
    return become(state, { ...phase, taken }, { kind: 'delta' });
  const isEnd = frame.kind === FrameKind.DELTA_END && taken === phase.total && frame.count === 0;
  if (isEnd && frame.startIndex >= held.next && isIndex(frame.startIndex, frame)) {
    const { startIndex, leaderNext } = frame;
    const rebase: FollowerEffect = { kind: 'rebase', next: startIndex };
    return startIndex >= leaderNext
      ? live(state, startIndex, rebase)
      : reach(state, startIndex, { kind: 'replaying', target: leaderNext }, rebase);
  }
  return unfit(state, frame);
}

/** The first frame of a snapshot, also of another attempt at it or in the middle of a stream. */
function snapshot(state: FollowerState, frame: FrameSummary): Step {
  const { phase } = state;
  const again = phase.kind === 'snapshot' || phase.kind === 'catching-up';
  return become(
    state,
    {
      kind: 'snapshot',
      taken: frame.count,
      total: frame.total,
      stands: frame.previous,
      floor: undefined,
    },
    ...(again ? ([{ kind: 'drop' }] as const) : ([{ kind: 'joined', tier: 'snapshot' }] as const)),
    { kind: 'begin' },
    ...(frame.count > 0 ? ([{ kind: 'stage' }] as const) : []),
  );
}

function ofSnapshot(state: FollowerState, phase: Phase & { kind: 'snapshot' }, frame: FrameSummary): Step {
  const { taken, total = 0 } = phase;
  if (frame.previous !== phase.stands) return unfit(state, frame);
  switch (frame.kind) {
    case FrameKind.SNAPSHOT:
      if (frame.startIndex !== taken || taken + frame.count > total) return unfit(state, frame);
      return become(state, { ...phase, taken: taken + frame.count }, { kind: 'stage' });
    case FrameKind.REPLAY:
    case FrameKind.SNAPSHOT_END:
      if (taken !== total) return unfit(state, frame);
      return catchingUp(state, { kind: 'catching-up', position: frame.previous, floor: undefined }, frame);
    case FrameKind.DELTA:
    case FrameKind.DELTA_END:
    case FrameKind.LIVE:
    case FrameKind.KEEPALIVE:
    case FrameKind.IN_SYNC:
    case FrameKind.UNSPECIFIED:
    case FrameKind.UNRECOGNIZED:
      return unfit(state, frame);
  }
}

function catchingUp(state: FollowerState, phase: Phase & { kind: 'catching-up' }, frame: FrameSummary): Step {
  const { kind, startIndex, count } = frame;
  if (!follows(frame, phase.position)) return unfit(state, frame);
  if (kind === FrameKind.REPLAY && count > 0)
    return become(state, { ...phase, position: startIndex + count }, catchUp);
  if (kind === FrameKind.SNAPSHOT_END && count === 0) {
    const member = state.leader?.member ?? 0n;
    return complete(state, startIndex, frame.leaderNext, { kind: 'ours', member });
  }
  return unfit(state, frame);
}

/** Whether what the frame carries, or says, comes right after `position`, if only as the first of a newer term. */
function follows(frame: FrameSummary, position: number): boolean {
  const { previous, startIndex, count } = frame;
  if (previous !== position || !isIndex(startIndex, frame)) return false;
  const ownTerm = termOf(startIndex);
  const begins = startIndex > position && startIndex === firstOfTerm(ownTerm);
  return (startIndex === position || begins) && termOf(startIndex + count) === ownTerm;
}

/** Whether the leader of the frame's term can have assigned this index. */
function isIndex(index: number, { term }: FrameSummary): boolean {
  return index >= firstOfTerm(1) && termOf(index) <= term;
}

function unfit(state: FollowerState, { kind, startIndex, count, previous }: FrameSummary): Step {
  const frame = `a frame of kind ${kind} with ${count} records from ${startIndex}, after ${previous}`;
  return askAgain(state, 'gap', `${frame}, does not continue ${state.phase.kind} at ${state.held.next}`);
}
