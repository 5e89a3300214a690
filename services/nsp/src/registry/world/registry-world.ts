// For the explorer: a process with a registry, which dies at any moment and finds again what was on its disk. It knows
// what everybody was told, and holds the registry to it after every step.

import { Liveness } from '@syncline/runtime/liveness.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { Registry } from '../registry.ts';
import { sameTarget, type Target } from '../target.ts';
import type { TargetFilter } from '../target-filter.ts';
import type { TargetChange } from '../target-table.ts';
import { commitMs, SimulatedDisk } from './disk.ts';

export const lifeMs = 5_000;

/** How much longer than its life a silent target may be there. */
const graceMs = 1_000;

export const everything: TargetFilter = {
  status: 'any',
  type: 'default',
  stream: { trench: '', conduit: '', stream: '' },
};

export class RegistryWorld {
  readonly sim: Simulation;
  readonly disk: SimulatedDisk;
  /** Called with the changes of every life, and with none when one begins. */
  readonly changed: (() => void)[] = [];
  #registry: Registry;
  #death = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  /** When each target was last heard of, at the latest. */
  readonly #heardMs = new Map<string, number>();
  /** What the last answer about a key said, while nothing was asked since. */
  readonly #told = new Map<string, Target | undefined>();
  readonly #asked = new Map<string, number>();

  constructor(sim: Simulation) {
    this.sim = sim;
    this.disk = new SimulatedDisk(sim);
    this.#registry = this.#begin();
    sim.invariant('who is silent is gone within a second', () => this.#checkSilent());
  }

  get registry(): Registry {
    return this.#registry;
  }

  targets(): readonly Target[] {
    return [...this.#registry.matching(everything)];
  }

  /** True when it was answered OK. */
  register(target: Target): Promise<boolean> {
    if (this.targets().some(({ key }) => key === target.key)) this.#heard(target.key);
    return this.#ask(target.key, (registry) => registry.register(target));
  }

  unregister(target: Target): Promise<boolean> {
    return this.#ask(target.key, (registry) => registry.unregister(target));
  }

  /** kill -9 and a start: what was answered is there, and nothing else but what may have been under way. */
  async restart(): Promise<void> {
    await this.die();
    for (const [key, target] of this.#told) this.#expectSame(key, target, this.disk.rows.get(key));
    this.#registry = this.#begin();
    for (const tell of this.changed) tell();
  }

  /** kill -9. */
  async die(): Promise<void> {
    this.#death.abort(new Error('killed'));
    await this.#ended;
    this.disk.powerOff();
  }

  #begin(): Registry {
    const { sim } = this;
    this.#death = new AbortController();
    const { signal } = this.#death;
    const registry = new Registry(
      {
        store: this.disk.store(signal),
        clock: sim.clock,
        rng: sim.rng,
        limits: { targets: 100, targetsPerStream: 100 },
        lifeMs,
        pending: 100,
        commitMs,
        retry: { initialMs: 50, maxMs: 500 },
        changed: (changes) => this.#see(changes),
        diskTurned: () => undefined,
      },
      [...this.disk.rows.values()],
    );
    for (const key of this.disk.rows.keys()) this.#heard(key);
    this.#ended = registry
      .run(new Liveness(sim.clock).watch('registry'), signal)
      .catch((error: unknown) => this.#checkEnd(error, signal));
    return registry;
  }

  async #ask(key: string, ask: (registry: Registry) => Promise<void>): Promise<boolean> {
    const asked = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, asked);
    this.#told.delete(key);
    const registry = this.#registry;
    try {
      await ask(registry);
    } catch {
      return false;
    }
    const held = this.targets().find((target) => target.key === key);
    this.#expectSame(key, held, this.disk.rows.get(key));
    if (this.#asked.get(key) === asked && registry === this.#registry) this.#told.set(key, held);
    return true;
  }

  #see(changes: readonly TargetChange[]): void {
    const nowMs = this.sim.clock.monotonic();
    for (const { before, after } of changes) {
      if (before === undefined && after !== undefined) {
        if (after.status !== 'disabled') throw new Error(`${after.key} came in enabled`);
        this.#heard(after.key);
      }
      if (before === undefined || after !== undefined) continue;
      const silentMs = nowMs - (this.#heardMs.get(before.key) ?? 0);
      const expired = this.#told.has(before.key);
      if (expired && silentMs <= lifeMs) throw new Error(`${before.key} expired after ${silentMs} ms`);
      this.#told.delete(before.key);
    }
    for (const tell of this.changed) tell();
  }

  #heard(key: string): void {
    this.#heardMs.set(key, this.sim.clock.monotonic());
  }

  #checkEnd(error: unknown, { aborted }: AbortSignal): void {
    if (!aborted) throw error;
  }

  #checkSilent(): void {
    if (this.#death.signal.aborted) return;
    const nowMs = this.sim.clock.monotonic();
    for (const { key } of this.targets()) {
      const silentMs = nowMs - (this.#heardMs.get(key) ?? nowMs);
      if (silentMs > lifeMs + graceMs) throw new Error(`${key} is there after ${silentMs} ms of silence`);
    }
  }

  #expectSame(key: string, told: Target | undefined, row: Target | undefined): void {
    if (told === undefined ? row === undefined : row !== undefined && sameTarget(told, row)) return;
    throw new Error(
      `${key} is ${row?.status ?? 'not'} on disk, and was told to be ${told?.status ?? 'gone'}`,
    );
  }
}
