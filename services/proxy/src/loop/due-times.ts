// When each of many things is due again, all after the same interval. The one touched longest ago is due first, so what is
// due next is known without a search.

import type { Clock } from '@syncline/runtime/clock.ts';

/** Due times by id. */
export class DueTimes {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  /** In the order of their times. */
  readonly #dueMs = new Map<string, number>();

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** The id is due an interval from now. */
  touch(id: string): void {
    this.#dueMs.delete(id);
    this.#dueMs.set(id, this.#clock.monotonic() + this.#intervalMs);
  }

  delete(id: string): void {
    this.#dueMs.delete(id);
  }

  /** Milliseconds until the id is due, 0 when it is; undefined for one that was not touched. */
  leftMs(id: string): number | undefined {
    const dueMs = this.#dueMs.get(id);
    return dueMs === undefined ? undefined : Math.max(0, dueMs - this.#clock.monotonic());
  }

  /** At the most `most` ids that are due, the longest overdue first. */
  due(most: number): string[] {
    const now = this.#clock.monotonic();
    const ids: string[] = [];
    for (const [id, dueMs] of this.#dueMs) {
      if (dueMs > now || ids.length >= most) break;
      ids.push(id);
    }
    return ids;
  }

  /** Milliseconds until the next one is due; Infinity when there is none. */
  get nextMs(): number {
    const [first] = this.#dueMs.values();
    return first === undefined ? Number.POSITIVE_INFINITY : Math.max(0, first - this.#clock.monotonic());
  }
}
