// What has to be done without being asked: conduits that were listed get their prefix, what is no longer held back or has
// not been asked for in a long time is taken back.

import type { Clock } from '@syncline/runtime/clock.ts';
import { ExhaustedError, LimitError } from './allocation-error.ts';
import type { AllocatorParts, AllocatorSettings } from './allocator-parts.ts';
import type { ConduitList } from './conduit-list.ts';
import type { Counts } from './counts.ts';
import type { Draft } from './draft.ts';
import type { Holdings, Removal } from './holdings.ts';

export class Upkeep {
  readonly #list: ConduitList;
  readonly #settings: AllocatorSettings;
  readonly #clock: Clock;
  readonly #counts: Counts;
  readonly #tellUnplaced: AllocatorParts['unplaced'];
  /** Conduits were listed, or there is room for those that had none. */
  #isListFresh = true;
  #unplaced: readonly string[] = [];
  #collectAtMs: number;

  constructor({ list, settings, clock, unplaced }: AllocatorParts, counts: Counts) {
    this.#list = list;
    this.#settings = settings;
    this.#clock = clock;
    this.#counts = counts;
    this.#tellUnplaced = unplaced;
    this.#collectAtMs = clock.monotonic() + settings.collectEveryMs;
  }

  /** There is another list, or another tree, or what was planned has been refused: all of it is looked at again. */
  begin(): void {
    this.#isListFresh = true;
  }

  /** When something has to be done next; Infinity when nothing is known to come. */
  dueMs(holdings: Holdings): number {
    return this.#isListFresh ? this.#clock.monotonic() : Math.min(holdings.nextOverMs, this.#collectAtMs);
  }

  /** Adds to the draft the conduits that were listed, and gives what is to be removed, as much as fits one commit. */
  plan(holdings: Holdings, draft: Draft): readonly Removal[] {
    if (this.#isListFresh) this.#addListed(holdings, draft);
    // Not once it is done: another list may come until then.
    this.#isListFresh = false;
    const nowMs = this.#clock.monotonic();
    const { batch } = this.#settings;
    // Apart from each other: what is over may be above what is stale.
    const over = firstOf(holdings.over(nowMs), batch);
    if (over.length > 0 || nowMs < this.#collectAtMs) return over;
    const stale = firstOf(holdings.stale(nowMs, this.#list.source === 'first-use'), batch);
    if (stale.length === 0) this.#collectAtMs = nowMs + this.#settings.collectEveryMs;
    return stale;
  }

  /** The disk has taken what was planned. */
  done(removals: readonly Removal[]): void {
    for (const { forget, reason } of removals) {
      forget();
      this.#counts.removed[reason] += 1;
    }
    if (this.#unplaced.length > 0 && removals.some(({ reason }) => reason === 'unlisted')) this.begin();
  }

  #addListed(holdings: Holdings, draft: Draft): void {
    const { conduits } = this.#list;
    if (conduits === undefined) return;
    const unplaced: string[] = [];
    const nowMs = this.#clock.monotonic();
    for (const name of conduits) {
      for (const family of this.#settings.families) {
        try {
          draft.conduit(family, name);
        } catch (error) {
          if (!(error instanceof ExhaustedError || error instanceof LimitError)) throw error;
          unplaced.push(error.message);
        }
      }
    }
    for (const conduit of holdings.tree.conduits()) {
      const { trench, name } = conduit;
      holdings.list(conduit, this.#list.has({ trench: trench.name, conduit: name }, true), nowMs);
    }
    if (unplaced.join() !== this.#unplaced.join()) this.#tellUnplaced(unplaced);
    this.#unplaced = unplaced;
  }
}

function firstOf<Item>(items: Iterable<Item>, count: number): Item[] {
  const first: Item[] = [];
  for (const item of items) {
    first.push(item);
    if (first.length >= count) break;
  }
  return first;
}
