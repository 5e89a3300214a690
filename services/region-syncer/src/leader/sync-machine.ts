// What a stream sends, in which order: pure, so that every interleaving of commits, drains and reads can be tried.
// Invariants: the frames of a stream continue one another; nothing empty is sent between the first region of a snapshot
// and its end, which a PD would take for the end; own-frames.ts of the follower takes them all.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import type { FramePlan, SyncEvent, SyncPhase, SyncState, SyncWant } from './sync-phase.ts';

/** A state, and the frames to be sent on entering it. */
export interface SyncStep {
  readonly state: SyncState;
  readonly frames: readonly FramePlan[];
}

type Event<Kind> = Extract<SyncEvent, { readonly kind: Kind }>;
type In<Kind> = Extract<SyncPhase, { readonly kind: Kind }>;

/** A stream whose follower asked for what comes from `position` on. */
export function joiningStream(position: number, ours: boolean): SyncState {
  return { phase: { kind: 'planning', position, joining: true }, ours, losses: 0 };
}

/** What the stream needs to go on. */
export function wantOf({ phase }: SyncState): SyncWant {
  switch (phase.kind) {
    case 'planning':
      return 'plan';
    case 'waiting':
      return 'capture';
    case 'delta':
      return phase.removed > 0 ? 'ids' : 'regions';
    case 'snapshot':
      return 'regions';
    case 'catch-up':
    case 'replay':
    case 'live':
      return 'records';
    case 'over':
      return 'nothing';
  }
}

/** Where `event` takes a stream. An event that means nothing in this phase changes nothing. */
export function syncStep(state: SyncState, event: SyncEvent): SyncStep {
  const { phase } = state;
  switch (event.kind) {
    case 'planned':
      return phase.kind === 'planning' ? planned(state, phase, event) : stay(state);
    case 'captured':
      return phase.kind === 'waiting' ? captured(state, phase, event) : stay(state);
    case 'ids':
      return phase.kind === 'delta' ? ids(state, phase, event) : stay(state);
    case 'regions':
      if (phase.kind === 'snapshot') return regions(state, phase, event);
      return phase.kind === 'delta' ? changed(state, phase, event) : stay(state);
    case 'records':
      return records(state, event);
    case 'caught-up':
      return caughtUp(state, event);
    case 'gone':
      return gone(state);
    case 'quiet':
      return quiet(state, event);
  }
}

function stay(state: SyncState): SyncStep {
  return { state, frames: [] };
}

function become(state: SyncState, phase: SyncPhase, ...frames: FramePlan[]): SyncStep {
  return { state: { ...state, phase }, frames };
}

/** The follower has everything. */
function live(state: SyncState, cursor: number, ...frames: FramePlan[]): SyncStep {
  return become({ ...state, losses: 0 }, { kind: 'live', cursor }, ...frames);
}

function frame(kind: FrameKind, previous: number, startIndex: number, total = 0): FramePlan {
  return { kind, previous, startIndex, total };
}

function planned(state: SyncState, { position, joining }: In<'planning'>, event: Event<'planned'>): SyncStep {
  const { plan, next } = event;
  switch (plan.tier) {
    case 'in-sync':
      return live(state, next, frame(FrameKind.IN_SYNC, position, next));
    case 'replay':
      return become(state, { kind: 'replay', cursor: position });
    case 'delta':
      return become(state, { kind: 'waiting', tier: 'delta', from: plan.from, position, joining });
    case 'snapshot':
      return become(state, { kind: 'waiting', tier: 'snapshot', from: 0, position, joining });
  }
}

function captured(state: SyncState, waiting: In<'waiting'>, event: Event<'captured'>): SyncStep {
  const { position: stands, total, removed } = event;
  if (event.tier === 'snapshot') {
    if (total > 0) return become(state, { kind: 'snapshot', stands, total, sent: 0 });
    return state.ours
      ? become(state, catchUp(stands), frame(FrameKind.SNAPSHOT, stands, 0))
      : become(state, { kind: 'catch-up', cursor: stands, counted: 0 });
  }
  const { position } = waiting;
  const delta = { kind: 'delta', position, stands, total, sent: 0, removed, begun: false } as const;
  if (total + removed > 0) return become(state, delta);
  return whole(state, delta, frame(FrameKind.DELTA, position, 0));
}

function catchUp(cursor: number): SyncPhase {
  return { kind: 'catch-up', cursor, counted: undefined };
}

function regions(state: SyncState, phase: In<'snapshot'>, { count }: Event<'regions'>): SyncStep {
  const { stands, total, sent } = phase;
  const piece = frame(FrameKind.SNAPSHOT, stands, sent, sent === 0 ? total : 0);
  const next = sent + count < total ? { ...phase, sent: sent + count } : catchUp(stands);
  return become(state, next, piece);
}

function ids(state: SyncState, phase: In<'delta'>, { count }: Event<'ids'>): SyncStep {
  const { position, total, begun } = phase;
  const piece = frame(FrameKind.DELTA, position, 0, begun ? 0 : total);
  return whole(state, { ...phase, removed: phase.removed - count, begun: true }, piece);
}

function changed(state: SyncState, phase: In<'delta'>, { count }: Event<'regions'>): SyncStep {
  const { position, total, sent, begun } = phase;
  const piece = frame(FrameKind.DELTA, position, sent, begun ? 0 : total);
  return whole(state, { ...phase, sent: sent + count, begun: true }, piece);
}

/** Ends the delta after `piece` when that was the last of it. */
function whole(state: SyncState, phase: In<'delta'>, piece: FramePlan): SyncStep {
  const { position, stands, sent, total, removed } = phase;
  if (removed > 0 || sent < total) return become(state, phase, piece);
  const end = frame(FrameKind.DELTA_END, position, stands);
  return become(state, { kind: 'replay', cursor: stands }, piece, end);
}

function records(state: SyncState, { first, count }: Event<'records'>): SyncStep {
  const { phase } = state;
  const cursor = first + count;
  switch (phase.kind) {
    case 'catch-up': {
      const { counted } = phase;
      const next = { ...phase, cursor, counted: counted === undefined ? undefined : counted + count };
      return become(state, next, frame(FrameKind.REPLAY, phase.cursor, counted ?? first));
    }
    case 'replay':
      return become(state, { ...phase, cursor }, frame(FrameKind.REPLAY, phase.cursor, first));
    case 'live':
      return become(state, { ...phase, cursor }, frame(FrameKind.LIVE, phase.cursor, first));
    case 'planning':
    case 'waiting':
    case 'snapshot':
    case 'delta':
    case 'over':
      return stay(state);
  }
}

/** `next` is past the cursor when a term began that has no records. */
function caughtUp(state: SyncState, { next }: Event<'caught-up'>): SyncStep {
  const { phase } = state;
  switch (phase.kind) {
    case 'catch-up':
      return live(state, next, frame(FrameKind.SNAPSHOT_END, phase.cursor, next));
    case 'replay':
      // Only so one of ours learns that it lacks nothing when a term without records has begun.
      if (state.ours && next > phase.cursor)
        return live(state, next, frame(FrameKind.KEEPALIVE, phase.cursor, next));
      return live(state, phase.cursor);
    case 'planning':
    case 'waiting':
    case 'snapshot':
    case 'delta':
    case 'live':
    case 'over':
      return stay(state);
  }
}

/** One of ours gets what it lacks in another way, on the same stream; a PD has to join anew. */
function gone(state: SyncState): SyncStep {
  const { phase, ours, losses } = state;
  const lost: SyncState = { ...state, losses: losses + 1 };
  switch (phase.kind) {
    case 'catch-up': {
      const { cursor } = phase;
      if (!ours) return become(lost, { kind: 'over' });
      // What it has is whole as of the cursor, and what changed since is less than all regions once more.
      const planning = { kind: 'planning', position: cursor, joining: false } as const;
      return become(lost, planning, frame(FrameKind.SNAPSHOT_END, cursor, cursor));
    }
    case 'replay':
    case 'live':
      return become(
        lost,
        ours ? { kind: 'planning', position: phase.cursor, joining: false } : { kind: 'over' },
      );
    case 'planning':
    case 'waiting':
    case 'snapshot':
    case 'delta':
    case 'over':
      return stay(state);
  }
}

/** A sign of life, where none of them could be taken for something else. */
function quiet(state: SyncState, { next }: Event<'quiet'>): SyncStep {
  const { phase, ours } = state;
  if (phase.kind === 'live') return live(state, next, frame(FrameKind.KEEPALIVE, phase.cursor, next));
  if (phase.kind === 'waiting' && phase.joining && ours)
    return become(state, phase, frame(FrameKind.KEEPALIVE, 0, 0));
  return stay(state);
}
