// Who writes the generations of a replica: checkpoints, snapshots that come, and histories that begin.
// Invariant: one of them at a time, and what comes from a leader goes before what is made of the present regions.

import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import { firstOfTerm } from '../log/index.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import { Checkpointer } from './checkpointer.ts';
import type { Commits } from './commits.ts';
import { GenerationWriter } from './generation-writer.ts';
import { Incoming } from './incoming.ts';
import { Pins } from './pins.ts';
import type { Present } from './present.ts';
import type { RebaseParts } from './rebase.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { lineageAt, type Origin, type Standing } from './standing.ts';
import { raiseTerm, startTerm, takeOver } from './term-start.ts';
import { Turn } from './turn.ts';

export interface UpkeepParts extends ReplicaParts {
  readonly present: Present;
  readonly commits: Commits;
  readonly health: DiskHealth;
}

export class Upkeep {
  readonly pins: Pins = new Pins();
  readonly checkpointer: Checkpointer;
  readonly #parts: UpkeepParts;
  readonly #writer: GenerationWriter;
  readonly #rebaseParts: RebaseParts;
  #incoming: Incoming | undefined;

  constructor(parts: UpkeepParts) {
    const { store, settings, clock, events, present, commits, health } = parts;
    this.#parts = parts;
    this.#writer = new GenerationWriter(store, settings, this.#newTurn());
    const regions = () => present.regions;
    this.#rebaseParts = { store, commits, writer: this.#writer, health, regions };
    const deltaFloor = () => present.deltaFloor;
    const isMixed = () => present.mixedUntil > commits.next;
    const { pins } = this;
    this.checkpointer = new Checkpointer({
      ...this.#rebaseParts,
      settings,
      clock,
      pins,
      deltaFloor,
      isMixed,
      events,
    });
    commits.committed.add(() => this.checkpointer.check());
    this.checkpointer.check();
  }

  /** See Replica.beginTerm. */
  async beginTerm(source: Origin, signal: AbortSignal): Promise<number> {
    const { present } = this.#parts;
    const isPds = present.source.kind === 'foreign';
    const term = await (isPds ? this.#takeOver(source, signal) : startTerm(this.#rebaseParts, signal));
    present.source = source;
    return term;
  }

  /** See Replica.raiseTerm. */
  raiseTerm(above: number, signal: AbortSignal): Promise<void> {
    return raiseTerm(this.#rebaseParts, above, signal);
  }

  /** See Replica.delta: before it, what another one has changed is to be whole on disk. */
  async beginDelta(until: number, signal: AbortSignal): Promise<void> {
    const { present, commits } = this.#parts;
    await commits.whenAttached(signal);
    present.told = Number.POSITIVE_INFINITY;
    present.mixedUntil = Math.max(present.mixedUntil, until);
  }

  /** See Replica.rebase. */
  rebase(next: number): void {
    const { present, commits } = this.#parts;
    const { source } = present;
    if (source.kind !== 'ours') throw new RangeError(`there is no delta to a history of kind ${source.kind}`);
    lineageAt(next, source);
    commits.detach(next);
    present.told = next;
    present.mixedUntil = 0;
    this.checkpointer.rebase(source);
  }

  /** See Replica.begin. */
  begin(): Incoming {
    this.#incoming?.drop();
    this.checkpointer.suspend();
    const { store, settings, commits, events } = this.#parts;
    this.#incoming = new Incoming({
      store,
      settings,
      writer: this.#writer,
      turn: this.#newTurn(),
      commits,
      completed: (regions, source, standing) => this.#complete(regions, source, standing),
      dropped: () => {
        this.#incoming = undefined;
        this.checkpointer.resume();
      },
      broken: events.broken,
    });
    return this.#incoming;
  }

  /** Abandons what is under way. */
  async close(): Promise<void> {
    const closed = this.checkpointer.close();
    this.#incoming?.drop();
    await closed;
  }

  async #takeOver(source: Origin, signal: AbortSignal): Promise<number> {
    this.checkpointer.suspend();
    try {
      const term = await takeOver(this.#rebaseParts, source, signal);
      this.#parts.present.told = firstOfTerm(term);
      return term;
    } finally {
      this.checkpointer.resume();
    }
  }

  #complete(regions: RegionTree, source: Origin, standing: Standing): void {
    const { present, commits } = this.#parts;
    this.#incoming = undefined;
    present.regions = regions;
    present.source = source;
    present.told = standing.next;
    present.mixedUntil = 0;
    commits.replace(standing);
    this.checkpointer.replaced();
  }

  #newTurn(): Turn {
    const { clock, settings, pause } = this.#parts;
    return new Turn(clock, settings.turnMs, pause);
  }
}
