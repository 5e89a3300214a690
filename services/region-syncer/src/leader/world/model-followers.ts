// Followers for explored runs: one of ours, which is the real state machine over a tree, and a PD by the rules that
// region-syncer.md 1.6 has of its client. Both complain at once when they are sent what they cannot continue with.

import { expect } from 'vitest';
import { idleFollower, transition } from '../../follower/machine.ts';
import type { FollowerEvent, FollowerState, FrameSummary } from '../../follower/state.ts';
import { firstOfTerm } from '../../log/index.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { blocksOf, smallLimits } from '../../regions/regions.fixture.ts';
import { ByteWriter } from '../../wire/byte-writer.ts';
import { type Frame, readFrame } from '../../wire/frame.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';
import { recordsBetween } from '../lag.ts';
import { type ModelReplica, textOf } from './model-replica.ts';

/** What a run does with a follower. */
export interface ModelFollower {
  /** The index that it asks for. */
  readonly asks: number;
  /** It takes a frame. */
  receive(message: Uint8Array): void;
  /** Its stream is over; it will ask again. */
  over(): void;
  /** It has everything that the leader has committed. */
  check(): void;
}

const plan = { trustForeign: false };
const fields = new RegionFields();

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

/** A PD of 2026. */
export class PdFollower implements ModelFollower {
  readonly #leader: ModelReplica;
  readonly #tree = new RegionTree(smallLimits);
  #next = 0;
  #isFullSyncing = false;
  #isRunning = false;

  constructor(leader: ModelReplica) {
    this.#leader = leader;
  }

  get asks(): number {
    return this.#next;
  }

  receive(message: Uint8Array): void {
    const frame = readFrame(message, { blocks: 1_000, bytes: 1 << 20 }, new ByteWriter(64));
    expect(frame.kind, 'nothing of ours').toBe(0);
    const { startIndex, run } = frame;
    if (!this.#isFullSyncing && !this.#isRunning && startIndex === 0 && run.count > 0)
      this.#isFullSyncing = true;
    if (!this.#isFullSyncing) {
      expect(startIndex, 'an index').toBeGreaterThanOrEqual(firstOfTerm(1));
      if (this.#isRunning) this.#expectNoGap(startIndex);
      this.#next = startIndex + run.count;
    }
    fold(this.#tree, frame);
    if (run.count === 0) {
      this.#isFullSyncing = false;
      this.#next = startIndex;
    }
    this.#isRunning = !this.#isFullSyncing;
    if (this.#isRunning) this.#expectAll(this.#leader.folds.get(this.#next));
  }

  over(): void {
    this.#isRunning = this.#isFullSyncing = false;
  }

  check(): void {
    expect(this.#isRunning).toBe(true);
    this.#expectAll(textOf(this.#leader.regions));
  }

  #expectNoGap(startIndex: number): void {
    expect(startIndex).toBeGreaterThanOrEqual(this.#next);
    expect(recordsBetween(this.#next, startIndex, this.#leader.lineage.terms()), 'records left out').toBe(0);
  }

  /** A PD keeps what a snapshot does not mention. */
  #expectAll(fold: string | undefined): void {
    const known = new Set(blocksOf(this.#tree).map((block) => Buffer.from(block).toString('hex')));
    for (const block of (fold ?? 'unknown index').split(','))
      if (block !== '') expect(known).toContain(block);
  }
}

function fold(tree: RegionTree | undefined, frame: Frame | undefined): void {
  if (tree === undefined || frame === undefined) throw new Error('there is nothing to fold');
  const { bytes } = frame.run;
  for (let at = 0; at < bytes.length; ) {
    const end = readBlock(bytes, at, bytes.length, fields);
    tree.put(bytes, at, end, fields, 0);
    at = end;
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
