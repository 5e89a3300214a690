// One of ours in an explored run: the real state machine over a tree.

import { expect } from 'vitest';
import { idleFollower, transition } from '../../follower/machine.ts';
import type { FollowerEvent, FollowerState, FrameSummary } from '../../follower/state.ts';
import { firstOfTerm } from '../../log/index.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { smallLimits } from '../../regions/regions.fixture.ts';
import { ByteWriter } from '../../wire/byte-writer.ts';
import { type Frame, readFrame } from '../../wire/frame.ts';
import { recordsBetween } from '../lag.ts';
import { fold, type ModelFollower } from './model-follower.ts';
import { type ModelReplica, textOf } from './model-replica.ts';

const plan = { trustForeign: false };

/** One of ours. Its second generation becomes the first when `later` calls back; nothing is read meanwhile. */
export class OurFollower implements ModelFollower {
  readonly #leader: ModelReplica;
  readonly #later: (run: () => void) => void;
  #state: FollowerState = idleFollower({ next: 0, origin: undefined, term: 0 }, false);
  #tree = new RegionTree(smallLimits);
  #incoming: RegionTree | undefined;
  #position = 0;
  #asked = 0;
  readonly #held: Uint8Array[] = [];

  constructor(leader: ModelReplica, later: (run: () => void) => void) {
    this.#leader = leader;
    this.#later = later;
    this.#take({ kind: 'start' });
    this.#take({ kind: 'reached', leader: { member: 1n, ours: true } });
  }

  get asks(): number {
    return this.#asked;
  }

  receive(message: Uint8Array): void {
    if (this.#state.phase.kind === 'completing') {
      this.#held.push(message);
      return;
    }
    const frame = readFrame(message, { blocks: 100, bytes: 1 << 20 }, new ByteWriter(64));
    const summary = summaryOf(frame);
    expect(summary.startIndex < firstOfTerm(1), 'positions and indexes are apart').toBe(
      frame.kind === 1 || frame.kind === 4 || (frame.kind === 7 && this.#state.phase.kind === 'joining'),
    );
    this.#take({ kind: 'frame', frame: summary }, frame);
    const { phase, held, detail } = this.#state;
    if (phase.kind === 'backing-off') throw new Error(`the follower gave up: ${detail}`);
    if (phase.kind === 'live' || phase.kind === 'replaying')
      expect(textOf(this.#tree), `regions at ${held.next}`).toBe(this.#leader.folds.get(held.next));
  }

  over(): void {
    this.#held.length = 0;
    this.#take({ kind: 'ended', detail: '' });
    if (this.#incoming !== undefined && this.#state.phase.kind === 'completing')
      this.#complete(this.#incoming);
    this.#take({ kind: 'due' });
    this.#take({ kind: 'reached', leader: { member: 1n, ours: true } });
  }

  check(): void {
    const { phase, held } = this.#state;
    expect(phase.kind).toBe('live');
    const { lineage } = this.#leader;
    expect(recordsBetween(held.next, lineage.next, lineage.terms()), 'records that it lacks').toBe(0);
    expect(textOf(this.#tree)).toBe(textOf(this.#leader.regions));
  }

  #take(event: FollowerEvent, frame?: Frame): void {
    const { state, effects } = transition(plan, this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          this.#asked = effect.index;
          break;
        case 'apply':
          fold(this.#tree, frame);
          break;
        case 'delta':
          for (const id of frame?.removed ?? []) this.#tree.remove(Number(id), 0, 0);
          fold(this.#tree, frame);
          break;
        case 'begin':
          this.#incoming = new RegionTree(smallLimits);
          break;
        case 'stage':
        case 'catch-up':
          fold(this.#incoming, frame);
          break;
        case 'complete':
          this.#position = effect.position;
          this.#completeLater(this.#incoming);
          break;
        case 'compare':
          expect(frame?.digest).toEqual(Buffer.from(this.#tree.digest.encode()));
          break;
        case 'move':
        case 'rebase':
        case 'skip':
        case 'drop':
        case 'connect':
        case 'disconnect':
        case 'hang-up':
        case 'joined':
        case 'healthy':
        case 'wait':
        case 'watch':
          break;
      }
    }
  }

  #completeLater(incoming: RegionTree | undefined): void {
    this.#later(() => {
      if (incoming !== undefined && incoming === this.#incoming) this.#complete(incoming);
    });
  }

  #complete(incoming: RegionTree): void {
    this.#tree = incoming;
    this.#incoming = undefined;
    expect(textOf(this.#tree), 'a snapshot').toBe(this.#leader.folds.get(this.#position));
    this.#take({ kind: 'completed' });
    for (const message of this.#held.splice(0)) this.receive(message);
  }
}

function summaryOf(frame: Frame): FrameSummary {
  const { kind, startIndex, run, previous, term, leaderNext, total, digest } = frame;
  return {
    kind: kind as FrameSummary['kind'],
    startIndex,
    count: run.count,
    previous,
    term,
    leaderNext,
    total,
    hasDigest: digest !== undefined,
  };
}
