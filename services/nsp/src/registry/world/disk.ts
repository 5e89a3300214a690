// For the explorer: a disk that takes its time, hangs, refuses, or answers too late, and keeps its rows when the process
// dies.

import { sleep } from '@syncline/runtime/clock.ts';
import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { RegistryStore, RowChange } from '../registry-store.ts';
import type { Target } from '../target.ts';

/** What a commit takes at the most, in virtual ms. */
export const commitMs = 400;

/** What it takes when the disk hangs: longer than a target lives. */
const hangMs = 6_000;

export class SimulatedDisk {
  readonly rows = new Map<string, Target>();
  /** While it holds, some commits hang, are refused or are answered too late. */
  ailing = true;
  readonly #sim: Simulation;
  /** Written too late: before the next commit. */
  #late: readonly RowChange[] = [];

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  /** The disk of a process that dies when `death` aborts. A commit that is under way then was written, or was not. */
  store(death: AbortSignal): RegistryStore {
    return {
      commit: async (changes) => {
        this.#write(this.#late);
        this.#late = [];
        const fate = this.ailing ? this.#sim.choose(7) : 0;
        const hangs = this.ailing && this.#sim.choose(10) === 9;
        try {
          await sleep(this.#sim.clock, hangs ? hangMs : this.#sim.choose(commitMs), death);
        } catch (error) {
          if (this.#sim.choose(2) === 1) this.#write(changes);
          throw error;
        }
        if (fate === 6) throw new StoreFaultError('commit', 'disk-full', 'SQLITE_FULL', 'the disk is full');
        if (fate === 5) this.#late = changes;
        else this.#write(changes);
        if (fate >= 4) throw new StoreDeadlineError('commit', commitMs);
      },
    };
  }

  /** The process is gone: what was to be written too late was written, or never will be. */
  powerOff(): void {
    if (this.#sim.choose(2) === 1) this.#write(this.#late);
    this.#late = [];
  }

  #write(changes: readonly RowChange[]): void {
    for (const change of changes) {
      if (change.kind === 'put') this.rows.set(change.target.key, change.target);
      else this.rows.delete(change.key);
    }
  }
}
