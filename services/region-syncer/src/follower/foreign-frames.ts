// The frames of a PD. It says neither what a frame is nor, if it is one of before 2026, that records are missing: that
// has to be seen from start_index (region-syncer.md 1.4, 1.10, 4.5). Such a leader loses what changes while it sends a
// snapshot, so its index is learnt first, by asking for more than there is, and what it made since is asked for again.
// While it has all records since index 0, it answers a request for 0 with these: then its regions are read beside the stream.
// Invariant: a copy is complete only when all regions, and every record since they were taken, are in it.

import type { Origin } from '../replica/standing.ts';
import {
  type Asked,
  beyondAll,
  type FollowerEffect,
  type FollowerState,
  type FrameSummary,
  type Phase,
} from './state.ts';
import { askAgain, become, complete, live, reach, type Step, stay } from './step.ts';

/** Regions of a PD's frame while there are more to follow; an old one puts all that was missed into one. */
const fullFrame = 1_000;

const judged: FollowerEffect = { kind: 'apply', judge: true };
const caughtUp: FollowerEffect = { kind: 'catch-up', judge: true };

/** Takes a frame that states no kind. */
export function foreignFrame(state: FollowerState, frame: FrameSummary): Step {
  const { phase } = state;
  switch (phase.kind) {
    case 'joining':
      return joining(state, phase, frame);
    case 'replaying':
    case 'live':
      return onward(state, frame);
    case 'snapshot':
      return ofSnapshot(state, phase, frame);
    case 'catching-up':
      return catchingUp(state, phase, frame);
    case 'delta':
      return lost(state, frame);
    case 'idle':
    case 'connecting':
    case 'completing':
    case 'backing-off':
      return stay(state);
  }
}

function joining(state: FollowerState, { asked }: Phase & { kind: 'joining' }, frame: FrameSummary): Step {
  const { startIndex, count } = frame;
  const isSnapshot = startIndex === 0 && count > 0;
  switch (asked.kind) {
    case 'onward':
      if (state.held.origin?.kind !== 'foreign') return everything(state, startIndex);
      return isSnapshot ? unasked(state) : onward(state, frame);
    case 'probe':
      if (!isSnapshot) return everything(state, startIndex);
      return asked.again ? snapshot(state, undefined, count) : unasked(state);
    case 'everything': {
      const { floor } = asked;
      // It was taken for a Syncline. Without the floor there is no telling what changes while it sends.
      if (floor === undefined) return askAgain(state, 'other_leader', 'the leader is no Syncline');
      // Of an older PD these may be all its records, from 0 to here, and what it had loaded at its start is not in them.
      if (isSnapshot && count >= floor) return list(state, floor);
      if (isSnapshot) return snapshot(state, floor, count);
      const empty: Phase = { kind: 'snapshot', taken: 0, total: undefined, stands: undefined, floor };
      const step = ofSnapshot({ ...state, phase: empty }, empty, frame);
      return { ...step, effects: [{ kind: 'joined', tier: 'snapshot' }, { kind: 'begin' }, ...step.effects] };
    }
    case 'listing':
      return listed(state, asked.floor, count);
  }
}

/** Asks for all regions; the leader had reached `floor` before. At 0 an older PD would only say that it is there. */
function everything(state: FollowerState, floor: number): Step {
  if (floor === 0) return list(state, floor);
  return become(
    { ...state, floor },
    { kind: 'joining', asked: { kind: 'everything', floor } },
    { kind: 'hang-up' },
    { kind: 'ask', index: 0 },
  );
}

/**
 * A PD sends all regions unasked, or it is an older one that was at 0 and now makes its first records, of which there
 * are as many in a frame (100, or since 2025 1,000) as of regions. That one has another index when it is asked again.
 */
function unasked(state: FollowerState): Step {
  const asked: Asked = { kind: 'probe', again: true };
  return become(state, { kind: 'joining', asked }, { kind: 'hang-up' }, { kind: 'ask', index: beyondAll });
}

/** Reads all regions beside the stream; the leader had reached `floor` before. */
function list(state: FollowerState, floor: number): Step {
  return become(
    { ...state, floor },
    { kind: 'joining', asked: { kind: 'listing', floor } },
    { kind: 'hang-up' },
    { kind: 'list' },
  );
}

/** The frame is all regions, as they were after `floor`; the stream tells what came since. */
function listed(state: FollowerState, floor: number, count: number): Step {
  return become(
    state,
    { kind: 'catching-up', position: floor, floor },
    { kind: 'joined', tier: 'snapshot' },
    { kind: 'begin' },
    ...(count > 0 ? ([{ kind: 'stage' }] as const) : []),
    { kind: 'hang-up' },
    { kind: 'ask', index: floor },
  );
}

/** Frames that continue what is held. One from further back is taken again: an older PD's first is as it likes. */
function onward(state: FollowerState, frame: FrameSummary): Step {
  const { phase, held } = state;
  const { startIndex, count } = frame;
  if (startIndex > held.next || (startIndex < held.next && count === 0)) return lost(state, frame);
  const joined = (tier: 'in-sync' | 'replay'): FollowerEffect[] =>
    phase.kind === 'joining' ? [{ kind: 'joined', tier }] : [];
  if (count === 0) return live(state, startIndex, ...joined('in-sync'));
  const next = Math.max(held.next, startIndex + count);
  // Nothing else tells the end of a replay while changes go on: a keepalive would need ten quiet seconds.
  if (phase.kind === 'live' || count < fullFrame) return live(state, next, ...joined('replay'), judged);
  return reach(state, next, { kind: 'replaying', target: undefined }, ...joined('replay'), judged);
}

function snapshot(state: FollowerState, floor: number | undefined, count: number): Step {
  return become(
    state,
    { kind: 'snapshot', taken: count, total: undefined, stands: undefined, floor },
    { kind: 'joined', tier: 'snapshot' },
    { kind: 'begin' },
    { kind: 'stage' },
  );
}

function ofSnapshot(state: FollowerState, phase: Phase & { kind: 'snapshot' }, frame: FrameSummary): Step {
  const { startIndex, count } = frame;
  const { taken, floor } = phase;
  if (count > 0 && startIndex === taken)
    return become(state, { ...phase, taken: taken + count }, { kind: 'stage' });
  // A new PD continues with what changed meanwhile; an old one with whatever comes next.
  if (floor === undefined || startIndex === floor)
    return catchingUp(state, { kind: 'catching-up', position: startIndex, floor }, frame);
  return become(
    state,
    { kind: 'catching-up', position: floor, floor },
    ...(count > 0 ? ([{ kind: 'skip' }] as const) : []),
    { kind: 'hang-up' },
    { kind: 'ask', index: floor },
  );
}

function catchingUp(state: FollowerState, phase: Phase & { kind: 'catching-up' }, frame: FrameSummary): Step {
  const { startIndex, count } = frame;
  const { position, floor } = phase;
  if (count > 0 && startIndex === 0 && position > 0) {
    // It no longer has the records that were asked for, and sends all regions instead.
    const again = snapshot(state, undefined, count);
    return { ...again, effects: [{ kind: 'drop' }, ...again.effects] };
  }
  if (startIndex > position || (startIndex < position && count === 0)) return lost(state, frame);
  if (count === 0) return complete(state, position, position, origin(state));
  return become(
    state,
    { kind: 'catching-up', position: Math.max(position, startIndex + count), floor },
    caughtUp,
  );
}

/** Records are missing, and the leader did not say so. It had reached the frame's index. */
function lost(state: FollowerState, { startIndex, count }: FrameSummary): Step {
  const { phase, held } = state;
  const at = phase.kind === 'catching-up' ? phase.position : held.next;
  const text = `the leader is at ${startIndex} with ${count} records, ${at} was to be the next`;
  return askAgain({ ...state, forced: true, floor: startIndex }, 'gap', text);
}

function origin({ leader }: FollowerState): Origin {
  return { kind: 'foreign', member: leader?.member ?? 0n };
}
