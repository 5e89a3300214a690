// A PD of 2026 in an explored run, by the rules of its client (PD: pkg/syncer/client.go).

import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { expect } from 'vitest';
import { firstOfTerm } from '../../log/index.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { blocksOf, smallLimits } from '../../regions/regions.fixture.ts';
import { readFrame } from '../../wire/frame.ts';
import { recordsBetween } from '../lag.ts';
import type { LeadingProcess } from './leading-process.ts';
import { fold, type ModelFollower } from './model-follower.ts';
import { textOf } from './model-replica.ts';

export class PdFollower implements ModelFollower {
  readonly term = 0;
  readonly #leader: () => LeadingProcess;
  readonly #tree = new RegionTree(smallLimits);
  #next = 0;
  #isFullSyncing = false;
  #isRunning = false;

  /** `leader` gives who leads now. */
  constructor(leader: () => LeadingProcess) {
    this.#leader = leader;
  }

  get asks(): number {
    return this.#next;
  }

  begin(): void {}

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
    if (this.#isRunning) this.#expectAll(this.#leader().replica.folds.get(this.#next));
  }

  over(): void {
    this.#isRunning = this.#isFullSyncing = false;
  }

  check(): void {
    expect(this.#isRunning).toBe(true);
    this.#expectAll(textOf(this.#leader().replica.regions));
  }

  #expectNoGap(startIndex: number): void {
    expect(startIndex).toBeGreaterThanOrEqual(this.#next);
    expect(
      recordsBetween(this.#next, startIndex, this.#leader().replica.lineage.terms()),
      'records left out',
    ).toBe(0);
  }

  /** A PD keeps what a snapshot does not mention. */
  #expectAll(fold: string | undefined): void {
    const known = new Set(blocksOf(this.#tree).map((block) => Buffer.from(block).toString('hex')));
    for (const block of (fold ?? 'unknown index').split(','))
      if (block !== '') expect(known).toContain(block);
  }
}
