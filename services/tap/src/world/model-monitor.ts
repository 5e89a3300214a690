// For the explored worlds: the events of one monitor, in their order and each once, unless they are to go wrong.

import { Mailbox } from '@syncline/runtime/mailbox.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { ConnectionEvent } from '../ports.ts';
import type { Health } from './health.ts';

export class ModelMonitor {
  readonly #sim: Simulation;
  readonly #health: Health;
  readonly #isFaulty: () => boolean;
  readonly #mailbox = new Mailbox<ConnectionEvent>({ name: 'monitor', capacity: 20_000 });
  /** An event that the next one overtakes. */
  #overtaken: ConnectionEvent | undefined;

  constructor(sim: Simulation, health: Health, isFaulty: () => boolean) {
    this.#sim = sim;
    this.#health = health;
    this.#isFaulty = isFaulty;
  }

  emit(event: ConnectionEvent): void {
    const fault = this.#isFaulty() ? this.#sim.choose(5) : 0;
    if (fault === 1) return;
    if (fault === 2) this.#mailbox.offer(event);
    if (fault === 3 && this.#overtaken === undefined) {
      this.#overtaken = event;
      return;
    }
    this.#mailbox.offer(event);
    if (this.#overtaken !== undefined) this.#mailbox.offer(this.#overtaken);
    this.#overtaken = undefined;
  }

  async *events(signal: AbortSignal): AsyncGenerator<ConnectionEvent> {
    for await (const batch of this.#mailbox.batches(100, signal)) {
      await this.#health.travel(signal);
      yield* batch;
    }
  }
}
