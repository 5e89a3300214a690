// A connection between two simulated parties: what is sent on it arrives in order, each message at any
// moment.

import { inspect } from 'node:util';
import type { ReadyStep, Scheduler } from './explorer-scheduler.ts';
import { start, type Task, type Tasks } from './explorer-tasks.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The parts of a run that a link works with. */
export interface LinkHost {
  readonly clock: VirtualClock;
  readonly scheduler: Scheduler;
  readonly tasks: Tasks;
}

/** Messages in flight from one sender to one receiver. Links race with each other. */
export class Link<T> {
  readonly #host: LinkHost;
  readonly #label: string;
  readonly #deliver: (message: T) => unknown;
  readonly #withinMs: number;
  readonly #queue: { readonly message: T; readonly latestMs: number; readonly task: Task }[] = [];
  #head: ReadyStep | undefined;

  constructor(host: LinkHost, label: string, deliver: (message: T) => unknown, withinMs: number) {
    this.#host = host;
    this.#label = label;
    this.#deliver = deliver;
    this.#withinMs = withinMs;
  }

  send(message: T): void {
    const { clock, tasks } = this.#host;
    const task = tasks.open(this.#label, 'step');
    this.#queue.push({ message, latestMs: clock.monotonic() + this.#withinMs, task });
    this.#offerHead();
  }

  /** Loses what is in flight, and hands it back. */
  cut(): T[] {
    if (this.#head !== undefined) this.#host.scheduler.remove(this.#head);
    this.#head = undefined;
    return this.#queue.splice(0).map(({ message, task }) => {
      this.#host.tasks.close(task);
      return message;
    });
  }

  #offerHead(): void {
    const first = this.#queue[0];
    if (this.#head !== undefined || first === undefined) return;
    const { message, latestMs, task } = first;
    const describe = () => `${this.#label} ${inspect(message, { breakLength: Number.POSITIVE_INFINITY })}`;
    const run = () => {
      this.#queue.shift();
      this.#head = undefined;
      this.#offerHead();
      this.#host.tasks.follow(
        task,
        start(() => this.#deliver(message)),
      );
    };
    this.#head = this.#host.scheduler.add({ source: this.#label, describe, latestMs, run });
  }
}
