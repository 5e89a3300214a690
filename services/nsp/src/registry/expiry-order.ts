// Which target expires next. All live equally long after they were last heard of, so the order in which they were is
// the order in which they expire, and one timer for the first serves all.

export class ExpiryOrder {
  readonly #lifeMs: number;
  /** Last heard of, in monotonic ms, the longest ago first. */
  readonly #seen = new Map<string, number>();

  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  /** It was heard of; `nowMs` never goes back. */
  touch(key: string, nowMs: number): void {
    this.#seen.delete(key);
    this.#seen.set(key, nowMs);
  }

  remove(key: string): void {
    this.#seen.delete(key);
  }

  /** Takes out those that were silent for longer than they may. */
  takeExpired(nowMs: number): readonly string[] {
    const expired: string[] = [];
    for (const [key, seenMs] of this.#seen) {
      if (nowMs - seenMs <= this.#lifeMs) break;
      expired.push(key);
    }
    for (const key of expired) this.#seen.delete(key);
    return expired;
  }

  /** When the next one has been silent for as long as it may; undefined when there is none. */
  get nextMs(): number | undefined {
    const first = this.#seen.values().next();
    return first.done === true ? undefined : first.value + this.#lifeMs;
  }
}
