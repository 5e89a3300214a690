// For the model: a follower that does at once what its state machine wants, on a copy without bytes.

import type { Origin } from '../../replica/standing.ts';
import { idleFollower, transition } from '../machine.ts';
import type { FollowerEffect, FollowerEvent, FollowerState } from '../state.ts';
import {
  type ModelFrame,
  type ModelLeaderLike,
  ModelListing,
  type ModelStream,
  Regions,
} from './model-frame.ts';

interface Kept {
  readonly regions: Regions;
  readonly next: number;
  readonly origin: Origin | undefined;
  readonly term: number;
  readonly forced: boolean;
}

export class ModelFollower {
  /** What it follows; another one may take its place at any time. */
  leader: ModelLeaderLike;
  stream: ModelStream | undefined;
  isConnecting = false;
  hasChannel = false;
  regions: Regions = new Regions();
  /** What a delta has changed and not made whole: the regions are of no position until this one is reached. */
  mixedUntil = 0;
  state: FollowerState;
  #incoming: Regions | undefined;
  #kept: Kept = { regions: new Regions(), next: 0, origin: undefined, term: 0, forced: false };

  constructor(leader: ModelLeaderLike) {
    this.leader = leader;
    this.state = idleFollower({ next: 0, origin: undefined, term: 0 }, false);
    this.dispatch({ kind: 'start' });
  }

  dispatch(event: FollowerEvent, frame?: ModelFrame): void {
    const before = this.state;
    const { state, effects } = transition({ trustForeign: false }, before, event);
    this.state = state;
    if (state.forced && (!before.forced || event.kind === 'reset'))
      this.#kept = { ...this.#kept, forced: true, term: state.held.term };
    for (const effect of effects) this.#perform(effect, before, frame);
  }

  /** Another process leads, and the connection to the one before is gone. */
  lose(): void {
    if (this.hasChannel) this.dispatch({ kind: 'lost' });
  }

  /** The leader answers, or does not. */
  answer(reached: boolean): void {
    if (!this.isConnecting) return;
    this.isConnecting = false;
    const { member, ours } = this.leader;
    this.dispatch(
      reached ? { kind: 'reached', leader: { member, ours } } : { kind: 'ended', detail: 'refused' },
    );
  }

  /** Takes the oldest frame that is on its way, or the end behind the last. False when there is neither. */
  take(): boolean {
    const { stream } = this;
    const frame = stream?.frames.shift();
    if (frame !== undefined) this.dispatch({ kind: 'frame', frame: frame.summary }, frame);
    else if (stream?.isOver === true) this.dispatch({ kind: 'ended', detail: 'over' });
    else return false;
    if (
      this.state.phase.kind === 'live' &&
      frame?.summary.hasDigest === true &&
      frame.digest !== String(this.regions)
    )
      this.dispatch({ kind: 'mismatch' });
    return true;
  }

  /** What is applied is written, unless a delta is not whole. */
  commit(): void {
    const { held, forced } = this.state;
    if (held.next >= this.mixedUntil)
      this.#kept = { ...held, regions: this.regions.copy(), forced: forced || this.#kept.forced };
  }

  /** The process dies, and another one begins with what was written. */
  crash(): void {
    const { regions, forced, ...held } = this.#kept;
    this.regions = regions.copy();
    this.mixedUntil = 0;
    this.#incoming = undefined;
    this.stream = undefined;
    this.isConnecting = false;
    this.state = idleFollower(held, forced);
    this.dispatch({ kind: 'start' });
  }

  #perform(effect: FollowerEffect, before: FollowerState, frame: ModelFrame | undefined): void {
    switch (effect.kind) {
      case 'connect':
        this.isConnecting = true;
        this.hasChannel = true;
        return;
      case 'ask':
        this.stream = this.leader.open(effect.index, this.state.held.term);
        return;
      case 'list':
        this.stream = new ModelListing(this.leader);
        return;
      case 'hang-up':
      case 'disconnect':
        this.hasChannel &&= effect.kind === 'hang-up';
        if (this.stream !== undefined) this.stream.isOver = true;
        this.stream = undefined;
        this.isConnecting = false;
        return;
      case 'apply':
        return this.#apply(frame, before.held.next);
      case 'delta':
        this.mixedUntil = Math.max(this.mixedUntil, this.leader.next);
        for (const id of frame?.removed ?? []) this.regions.remove(id);
        for (const entry of frame?.entries ?? []) this.regions.put(entry);
        return;
      case 'rebase':
        this.mixedUntil = 0;
        return;
      case 'begin':
        if (this.#incoming !== undefined) throw new Error('a second generation is there already');
        this.#incoming = new Regions();
        return;
      case 'stage':
      case 'catch-up':
        for (const entry of frame?.entries ?? []) this.#filling().put(entry);
        return;
      case 'complete':
        this.regions = this.#filling();
        this.#incoming = undefined;
        this.mixedUntil = 0;
        this.dispatch({ kind: 'completed' });
        this.#kept = {
          ...this.#kept,
          ...this.state.held,
          regions: this.regions.copy(),
          forced: this.state.forced,
        };
        return;
      case 'drop':
        this.#filling();
        this.#incoming = undefined;
        return;
      case 'joined':
      case 'skip':
      case 'move':
      case 'compare':
      case 'healthy':
      case 'wait':
      case 'watch':
    }
  }

  #apply(frame: ModelFrame | undefined, next: number): void {
    for (const [at, entry] of (frame?.entries ?? []).entries())
      if ((frame?.summary.startIndex ?? 0) + at >= next) this.regions.put(entry);
  }

  #filling(): Regions {
    if (this.#incoming === undefined) throw new Error('there is no second generation');
    return this.#incoming;
  }
}
