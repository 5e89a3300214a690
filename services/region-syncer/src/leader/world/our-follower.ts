// One of ours in an explored run: the real state machine over a tree.

import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { expect } from 'vitest';
import { idleFollower, transition } from '../../follower/machine.ts';
import type { FollowerEvent, FollowerState, FrameSummary } from '../../follower/state.ts';
import { firstOfTerm } from '../../log/index.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { smallLimits } from '../../regions/regions.fixture.ts';
import { type Frame, readFrame } from '../../wire/frame.ts';
import { recordsBetween } from '../lag.ts';
import type { LeadingProcess } from './leading-process.ts';
import { fold, type ModelFollower } from './model-follower.ts';
import { textOf } from './model-replica.ts';

const plan = { trustForeign: false };

/** One of ours. Its second generation becomes the first when `later` calls back; nothing is read meanwhile. */
export class OurFollower implements ModelFollower {
  readonly #leader: () => LeadingProcess;
  readonly #later: (run: () => void) => void;
  #state: FollowerState = idleFollower({ next: 0, origin: undefined, term: 0 }, false);
  #tree = new RegionTree(smallLimits);
  #incoming: RegionTree | undefined;
  #position = 0;
  #asked = 0;
  /** Whom it asked, how far that one was, and the highest term that it said to have seen. */
  #joined: { readonly leader: LeadingProcess; readonly target: number; readonly term: number } | undefined;
  /** It has records of a history that was lost with the leader's disk, under indexes that the leader has given again. */
  #isAstray = false;
  /** What a delta has changed and not made whole: the regions are of no index until this one is reached. */
  #mixedUntil = 0;
  #leave = () => {};
  #wantsToLeave = false;
  readonly #held: Uint8Array[] = [];

  /** `leader` gives who leads now. */
  constructor(leader: () => LeadingProcess, later: (run: () => void) => void) {
    this.#leader = leader;
    this.#later = later;
    this.#take({ kind: 'start' });
    this.#take({ kind: 'reached', leader: { member: 1n, ours: true } });
  }

  get asks(): number {
    return this.#asked;
  }

  get term(): number {
    return this.#state.held.term;
  }

  begin(leave: () => void): void {
    const leader = this.#leader();
    this.#joined = { leader, target: leader.replica.durable, term: this.term };
    this.#wantsToLeave = false;
    this.#leave = leave;
  }

  receive(message: Uint8Array): void {
    if (this.#state.phase.kind === 'completing') {
      this.#held.push(message);
      return;
    }
    if (this.#wantsToLeave) return;
    const frame = readFrame(message, { blocks: 100, bytes: 1 << 20 }, new ByteWriter(64));
    const summary = summaryOf(frame);
    expect(summary.startIndex < firstOfTerm(1), 'positions and indexes are apart').toBe(
      frame.kind === 1 || frame.kind === 4 || (frame.kind === 7 && this.#state.phase.kind === 'joining'),
    );
    expect(summary.term, 'the term of a frame').toBeGreaterThanOrEqual(this.term);
    this.#take({ kind: 'frame', frame: summary }, frame);
    this.#expectAll();
    this.#leaveIfWanted();
  }

  /** One who led speaks once more: nothing of what it says counts. */
  hearDeposed(): void {
    const { phase } = this.#state;
    if (this.#joined === undefined || this.term < 2 || phase.kind === 'completing') return;
    this.#expectUnchanged(() =>
      this.#take({
        kind: 'frame',
        frame: {
          kind: 6,
          startIndex: this.#state.held.next,
          previous: this.#state.held.next,
          count: 1,
          term: this.term - 1,
          leaderNext: 0,
          total: 0,
          hasDigest: false,
        },
      }),
    );
    this.#leaveIfWanted();
  }

  /** The leader says why it ends the stream. */
  hearError(): void {
    if (this.#joined === undefined || this.#state.phase.kind === 'completing') return;
    this.#expectUnchanged(() => this.#take({ kind: 'error-frame', detail: 'test' }));
    this.#leaveIfWanted();
  }

  /** The operator wants all regions taken anew, and leaders of any term followed. */
  reset(): void {
    if (this.#joined === undefined) return;
    this.#take({ kind: 'reset', reason: 'test' });
    this.#leaveIfWanted();
  }

  over(): void {
    this.#held.length = 0;
    this.#joined = undefined;
    const wasCompleting = this.#state.phase.kind === 'completing';
    if (wasCompleting) this.#take({ kind: 'ended', detail: '' });
    else this.#expectUnchanged(() => this.#take({ kind: 'ended', detail: '' }));
    if (this.#incoming !== undefined && wasCompleting) this.#complete(this.#incoming);
    this.#take({ kind: 'due' });
    this.#take({ kind: 'reached', leader: { member: 1n, ours: true } });
  }

  check(): void {
    const { phase, held } = this.#state;
    expect(phase.kind).toBe('live');
    const { isFromBackup, replica } = this.#leader();
    const { lineage, regions } = replica;
    expect(recordsBetween(held.next, lineage.next, lineage.terms()), 'records that it lacks').toBe(0);
    expect(this.#tree.digest.equals(regions.digest), 'digests are equal').toBe(true);
    // Statistics are in no digest, so one that went astray may have others until the next record of a region.
    if (!isFromBackup) expect(textOf(this.#tree)).toBe(textOf(regions));
  }

  /** It has what the leader had at its index, and when it is live what the leader had when it joined. */
  #expectAll(): void {
    const { phase, held, detail } = this.#state;
    if (phase.kind === 'backing-off' && !this.#isAstray) throw new Error(`the follower gave up: ${detail}`);
    if (this.#joined === undefined || this.#isAstray) return;
    if (phase.kind !== 'live' && phase.kind !== 'replaying') return;
    const { leader, target } = this.#joined;
    if (!leader.isDead && held.next >= this.#mixedUntil)
      expect(textOf(this.#tree), `regions at ${held.next}`).toBe(leader.replica.folds.get(held.next));
    if (phase.kind === 'live' && held.next < target)
      expect(recordsBetween(held.next, target, leader.replica.lineage.terms()), 'lacked when live').toBe(0);
  }

  #expectUnchanged(act: () => void): void {
    const before = textOf(this.#tree);
    const { next, term } = this.#state.held;
    act();
    expect(textOf(this.#tree)).toBe(before);
    expect(this.#state.held).toMatchObject({ next, term });
  }

  #leaveIfWanted(): void {
    if (this.#wantsToLeave) this.#leave();
  }

  #take(event: FollowerEvent, frame?: Frame): void {
    const { next } = this.#state.held;
    const { state, effects } = transition(plan, this.#state, event);
    this.#state = state;
    if (!this.#leader().isFromBackup) expect(state.held.next, 'its index').toBeGreaterThanOrEqual(next);
    let isOther = false;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          this.#asked = effect.index;
          break;
        case 'joined':
          if (effect.tier !== 'snapshot') this.#judge(next);
          break;
        case 'apply':
          fold(this.#tree, frame);
          break;
        case 'delta':
          this.#mixedUntil = Math.max(this.#mixedUntil, frame?.leaderNext ?? 0);
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
          isOther = !Buffer.from(this.#tree.digest.encode()).equals(frame?.digest ?? Buffer.alloc(0));
          break;
        case 'hang-up':
        case 'disconnect':
          this.#wantsToLeave = true;
          break;
        case 'rebase':
          this.#mixedUntil = 0;
          break;
        case 'move':
        case 'skip':
        case 'drop':
        case 'connect':
        case 'healthy':
        case 'list':
        case 'wait':
        case 'watch':
          break;
      }
    }
    if (!isOther) return;
    expect(this.#isAstray, 'another digest').toBe(true);
    this.#take({ kind: 'mismatch' });
  }

  /** Whether it continues what the leader has at this index. */
  #judge(next: number): void {
    if (this.#joined === undefined || this.#joined.leader.isDead) return;
    const { leader, term } = this.#joined;
    const isOther = textOf(this.#tree) !== leader.replica.folds.get(next);
    if (!leader.isFromBackup) expect(isOther && next >= this.#mixedUntil, 'another history').toBe(false);
    this.#isAstray = isOther && leader.isFromBackup;
    if (!this.#isAstray) return;
    const known = leader.replica.lineage.terms().map((each) => each.term);
    if (term > Math.min(...known))
      expect(known, 'a term that it has seen, and its leader not').toContain(term);
  }

  #completeLater(incoming: RegionTree | undefined): void {
    this.#later(() => {
      if (incoming !== undefined && incoming === this.#incoming) this.#complete(incoming);
    });
  }

  #complete(incoming: RegionTree): void {
    this.#tree = incoming;
    this.#incoming = undefined;
    this.#isAstray = false;
    this.#mixedUntil = 0;
    if (this.#joined?.leader.isDead === false)
      expect(textOf(this.#tree), 'a snapshot').toBe(this.#leader().replica.folds.get(this.#position));
    this.#take({ kind: 'completed' });
    for (const message of this.#held.splice(0)) this.receive(message);
    this.#leaveIfWanted();
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
