// For the explored worlds: what all processes send to one neighbour.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { Health } from './health.ts';
import { Lane } from './lane.ts';

/** A lane for each process, there from its first use on. */
export class Lanes {
  readonly #open: () => Lane;
  readonly #byProcess = new Map<string, Lane>();

  constructor(sim: Simulation, health: Health, violate: (what: string) => void) {
    this.#open = () => new Lane(sim, health, violate);
  }

  /** What a process sends. */
  of(process: string): Lane {
    const lane = this.#byProcess.get(process) ?? this.#open();
    this.#byProcess.set(process, lane);
    return lane;
  }

  /** All connections break. */
  cut(): void {
    for (const lane of this.#byProcess.values()) lane.cut();
  }
}
