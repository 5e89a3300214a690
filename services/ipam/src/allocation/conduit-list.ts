// Which conduits are configured, as the NSP said last, and those who wait for one that is not.
// A wait ends on an event: a newer list, the caller's signal, or the time that one may wait. Nobody polls.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import { type ConduitName, conduitKey } from '@syncline/trench/stream-name.ts';
import { type Lacking, LimitError } from './allocation-error.ts';

/** Who says which conduits there are: nobody, so that each is made when it is first asked for, or an NSP. */
export type ConduitSource = 'first-use' | 'nsp';

/** Bounds of the waits; the first two are settings. */
export interface ConduitWaits {
  /** How many may wait at once. */
  readonly maxWaiting: number;
  /** How long each may wait. */
  readonly waitMs: number;
  /** Ends them all, with its reason. */
  readonly stop: AbortSignal;
}

type Listed = ReadonlyMap<string, ConduitName>;

export class ConduitList {
  readonly source: ConduitSource;
  readonly #waits: ConduitWaits;
  readonly #clock: Clock;
  /** Undefined until the NSP was heard. */
  readonly #listed = new Latest<Listed | undefined>(undefined);
  #waiting = 0;

  constructor(source: ConduitSource, waits: ConduitWaits, clock: Clock) {
    this.source = source;
    this.#waits = waits;
    this.#clock = clock;
  }

  /** All that are configured; undefined while nobody has said. */
  get conduits(): Iterable<ConduitName> | undefined {
    return this.#listed.value?.values();
  }

  /** How long each may wait. */
  get waitMs(): number {
    return this.#waits.waitMs;
  }

  /** How many wait for a conduit. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Replaces the list, and wakes those who wait for what is on it. */
  set(conduits: Iterable<ConduitName>): void {
    this.#listed.set(new Map(Array.from(conduits, (name) => [conduitKey(name), name])));
  }

  /** Whether the conduit is configured; `otherwise` while nobody has said. */
  has(name: ConduitName, otherwise: boolean): boolean {
    return this.#listed.value?.has(conduitKey(name)) ?? otherwise;
  }

  /** What a conduit of the trench that is not configured lacks most: the word of the NSP, its trench, or itself alone. */
  lacks(trench: string): Lacking {
    const { conduits } = this;
    if (conduits === undefined) return 'nsp';
    return [...conduits].some((name) => name.trench === trench) ? 'conduit' : 'trench';
  }

  /**
   * Waits until `isOpen`, which is asked at each new list. False when that did not come in time. Throws LimitError when too
   * many wait already, and the reason of the signal, or of the stop, when it aborts.
   */
  async opens(isOpen: () => boolean, signal: AbortSignal): Promise<boolean> {
    const { maxWaiting, waitMs, stop } = this.#waits;
    if (this.#waiting >= maxWaiting)
      throw new LimitError('maxWaiting', 'no room for more calls that wait for a conduit');
    const overdue = new AbortController();
    const timer = this.#clock.setTimer(waitMs, () => overdue.abort());
    this.#waiting += 1;
    try {
      const end = AbortSignal.any([signal, stop, overdue.signal]);
      for await (const _ of this.#listed.values(end)) if (isOpen()) return true;
      return false;
    } catch (error) {
      if (error === overdue.signal.reason) return false;
      throw error;
    } finally {
      this.#waiting -= 1;
      timer.clear();
    }
  }
}
