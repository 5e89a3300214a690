// For the explored worlds: how well a neighbour is, and how long anything takes on its way to or from it.

import type { Timer } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';

/** well: answers in a moment. even: each way takes as long as any other. slow: any time, longer than any deadline perhaps. */
export type Mode = 'well' | 'even' | 'slow' | 'failing' | 'hanging';

/** What a neighbour that is not well says. */
export class UnwellError extends Error {
  override name = 'UnwellError';
}

const slowMs = [1, 2, 7, 300, 6_000, 20_000] as const;

/** Shared by all that is on its way to or from one neighbour. */
export class Health {
  readonly #sim: Simulation;
  /** What is on its way; without a timer while the neighbour hangs. */
  readonly #onWay = new Map<Waiter, Timer | undefined>();
  #mode: Mode = 'well';
  #run = new AbortController();

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** What is on its way feels it at once. */
  set(mode: Mode): void {
    this.#mode = mode;
    for (const [waiter, timer] of this.#onWay) {
      timer?.clear();
      this.#arm(waiter);
    }
  }

  /** Aborts when the neighbour goes down; there is another one from then on. */
  get run(): AbortSignal {
    return this.#run.signal;
  }

  /** All watches of it break. */
  restart(): void {
    this.#run.abort(new UnwellError('UNAVAILABLE: the connection is gone'));
    this.#run = new AbortController();
  }

  /** Something is on its way. Rejects when who waits for it gives up. */
  async travel(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiter: Waiter = new Waiter(signal, () => {
      this.#onWay.get(waiter)?.clear();
      this.#onWay.delete(waiter);
    });
    this.#arm(waiter);
    await waiter.promise;
  }

  #arm(waiter: Waiter): void {
    const arrive = () => {
      this.#onWay.delete(waiter);
      waiter.resolve();
    };
    const isStill = this.#mode === 'hanging';
    this.#onWay.set(waiter, isStill ? undefined : this.#sim.clock.setTimer(this.#latencyMs(), arrive));
  }

  #latencyMs(): number {
    if (this.#mode === 'even') return 1;
    if (this.#mode !== 'slow') return 1 + this.#sim.choose(2);
    return slowMs[this.#sim.choose(slowMs.length)] ?? 1;
  }
}
