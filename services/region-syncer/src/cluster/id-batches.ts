// Ids for stores, regions and peers: one space for all, as in PD. They are reserved on disk in batches, so that most
// are given out without a write. Invariant: no id is given out twice, also across a kill. A kill skips up to a batch, and so
// does a reservation that the disk has kept without saying so.

/** Reserves `count` ids that were never given out, durably, and gives the last of them. */
export type ReserveIds = (count: number) => Promise<bigint>;

/** As in PD. */
const batchIds = 1_000;

export class IdBatches {
  readonly #reserve: ReserveIds;
  /** Reserved and not given out are the ids in (#last, #end]. */
  #last = 0n;
  #end = 0n;
  #reserving: Promise<void> | undefined;

  constructor(reserve: ReserveIds) {
    this.#reserve = reserve;
  }

  /** Gives out `count` consecutive ids (1 to 2^32 - 1): the last of them. Rejects when the disk refuses. */
  async allocate(count: number): Promise<bigint> {
    while (this.#end - this.#last < BigInt(count)) {
      this.#reserving ??= this.#extend(count).finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
    this.#last += BigInt(count);
    return this.#last;
  }

  async #extend(count: number): Promise<void> {
    const batch = Math.max(batchIds, count);
    const end = await this.#reserve(batch);
    const before = end - BigInt(batch);
    // Somebody else's ids lie in between after a restart: consecutive ones begin behind them.
    if (before !== this.#end) this.#last = before;
    this.#end = end;
  }
}
