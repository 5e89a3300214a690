// What a scenario sees of the simulated run it is in: time, chance, steps, links and invariants.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { Choices } from './explorer-choices.ts';
import { Link, type LinkHost } from './explorer-link.ts';
import type { ReadyStep } from './explorer-scheduler.ts';
import { start } from './explorer-tasks.ts';

/** One run of a scenario. explorer.ts says how to write one. */
export class Simulation {
  /** Aborts when the scenario has returned: whatever still runs in the background must end then. */
  readonly signal: AbortSignal;
  /** Draws from the run's choices. */
  readonly rng: Rng;
  readonly #host: LinkHost;
  readonly #choices: Choices;
  readonly #invariants: { readonly name: string; readonly check: () => boolean | void }[] = [];
  readonly #settled: (() => void)[] = [];

  constructor(host: LinkHost, choices: Choices, signal: AbortSignal) {
    this.#host = host;
    this.#choices = choices;
    this.signal = signal;
    this.rng = { next: () => choices.value(2 ** 32) / 2 ** 32 };
  }

  /**
   * Virtual time. A timer that is due next may fire before a step that is ready: the parties are that slow.
   */
  get clock(): Clock {
    return this.#host.clock;
  }

  /** Steps the wall clock by `ms`, forwards or back; monotonic time does not notice. */
  stepWall(ms: number): void {
    this.#host.clock.stepWall(ms);
  }

  /** A whole number in [0, bound). 0 should be the simplest case: failing runs are shrunk towards it. */
  choose(bound: number): number {
    return this.#choices.value(bound);
  }

  /**
   * Adds a step that happens at any moment from now on, but before `withinMs` of virtual time have passed.
   * It must end, and without error, before the scenario returns.
   */
  schedule(label: string, step: () => unknown, withinMs = Number.POSITIVE_INFINITY): void {
    const { tasks } = this.#host;
    const task = tasks.open(label, 'step');
    this.#add(label, withinMs, () => tasks.follow(task, start(step)));
  }

  /**
   * Starts a loop at any moment from now on. It ends, or rejects with the signal's reason, when `signal`
   * aborts.
   */
  background(label: string, loop: (signal: AbortSignal) => Promise<void>): void {
    const { tasks } = this.#host;
    const task = tasks.open(label, 'background');
    this.#add(label, Number.POSITIVE_INFINITY, () =>
      tasks.follow(
        task,
        start(() => loop(this.signal)),
      ),
    );
  }

  /** An await that ends at any moment from now on, as a call of something slow would. */
  async pause(label: string, signal: AbortSignal = this.signal): Promise<void> {
    signal.throwIfAborted();
    const waiter = new Waiter(signal, () => this.#host.scheduler.remove(step));
    const step = this.#add(label, Number.POSITIVE_INFINITY, () => waiter.resolve());
    await waiter.promise;
  }

  /**
   * A link whose messages are handed to `deliver` in the order sent, each before `withinMs` of virtual time
   * have passed. The next may arrive while a promise that `deliver` gave is pending; what it rejects with
   * fails the run.
   */
  link<T>(label: string, deliver: (message: T) => unknown, withinMs = Number.POSITIVE_INFINITY): Link<T> {
    return new Link(this.#host, label, deliver, withinMs);
  }

  /** What must hold after every step: `check` throws or returns false when it does not. */
  invariant(name: string, check: () => boolean | void): void {
    this.#invariants.push({ name, check });
  }

  /** Resolves when nothing can move any more: no step is ready and no timer is set. */
  settled(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settled.push(resolve);
    return promise;
  }

  /** Adds a line to the trace. */
  note(text: string): void {
    this.#host.scheduler.note(text);
  }

  /** For the explorer: checks the invariants. */
  checkInvariants(): void {
    for (const { name, check } of this.#invariants) {
      try {
        if (check() === false) throw new Error(`${name} does not hold`);
      } catch (error) {
        this.#host.tasks.fail({ kind: 'invariant', where: name, error });
      }
    }
  }

  /** For the explorer: wakes those who await settled(); false when nobody does. */
  wakeSettled(): boolean {
    const waiting = this.#settled.splice(0);
    for (const resolve of waiting) resolve();
    return waiting.length > 0;
  }

  #add(label: string, withinMs: number, run: () => void): ReadyStep {
    const latestMs = this.#host.clock.monotonic() + withinMs;
    return this.#host.scheduler.add({ source: label, describe: () => label, latestMs, run });
  }
}
