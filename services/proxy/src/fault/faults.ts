// Which faults are armed. Those set on a conduit go before those set on all of them; of one kind and place there is one.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import { type Fault, type FaultKind, type FaultOf, InjectedError } from './fault.ts';

/** Where a fault is set: on a conduit by its name, or on every one. */
export type FaultPlace = string | undefined;

/** A fault and where it is set. */
export interface ArmedFault {
  readonly fault: Fault;
  readonly conduit: FaultPlace;
}

export class Faults {
  readonly #clock: Clock;
  readonly #listeners: (() => void)[] = [];
  /** Requests and Closes that are held back. */
  readonly #held = new Set<Waiter>();
  #armed: readonly ArmedFault[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In the order in which they were set. */
  get armed(): readonly ArmedFault[] {
    return this.#armed;
  }

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  set(fault: Fault, conduit: FaultPlace): void {
    const others = this.armed.filter((each) => each.conduit !== conduit || each.fault.kind !== fault.kind);
    this.#change([...others, { fault, conduit }]);
  }

  /** Clears those set on this conduit, or all of them everywhere. Gives how many there were. */
  clear(conduit: FaultPlace): number {
    const left = conduit === undefined ? [] : this.armed.filter((each) => each.conduit !== conduit);
    const cleared = this.armed.length - left.length;
    this.#change(left);
    return cleared;
  }

  /** The fault of this kind that the conduit has; undefined when it has none. */
  find<K extends FaultKind>(kind: K, conduit: string): FaultOf<K> | undefined {
    const isIt = (fault: Fault): fault is FaultOf<K> => fault.kind === kind;
    const faults = this.armed.filter((each) => each.fault.kind === kind);
    const own =
      faults.find((each) => each.conduit === conduit) ?? faults.find((each) => each.conduit === undefined);
    return own !== undefined && isIt(own.fault) ? own.fault : undefined;
  }

  has(kind: FaultKind, conduit: string): boolean {
    return this.find(kind, conduit) !== undefined;
  }

  /**
   * Holds back a Request or Close as the conduit's faults say, until they are cleared. Rejects with InjectedError, or with
   * the signal's reason.
   */
  async pass(conduit: string, signal: AbortSignal): Promise<void> {
    const began = this.#clock.monotonic();
    for (;;) {
      const delayedMs = began + (this.find('delay', conduit)?.ms ?? 0) - this.#clock.monotonic();
      const waitMs = delayedMs > 0 ? delayedMs : this.has('hang', conduit) ? Infinity : 0;
      if (waitMs === 0) break;
      await this.#changed(waitMs, signal);
    }
    const error = this.find('error', conduit);
    if (error !== undefined) throw new InjectedError(error);
  }

  /** Resolves when the faults change, or after `ms`. */
  async #changed(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiter = new Waiter(signal);
    const timer = this.#clock.setTimer(ms, () => waiter.resolve());
    this.#held.add(waiter);
    try {
      await waiter.promise;
    } finally {
      timer.clear();
      this.#held.delete(waiter);
    }
  }

  #change(armed: readonly ArmedFault[]): void {
    this.#armed = armed;
    for (const waiter of this.#held) waiter.resolve();
    for (const listener of this.#listeners) listener();
  }
}
