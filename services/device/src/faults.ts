// The faults that are armed. They hold back nobody by themselves: those who serve ask here what to do wrong.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Fault, FaultKind, FaultOf } from './fault.ts';
import { Pace } from './pace.ts';
import { Waiters } from './waiters.ts';

/** At the most one armed fault of each kind. */
export class Faults {
  readonly pace: Pace;
  readonly #clock: Clock;
  readonly #armed = new Map<FaultKind, Fault>();
  readonly #unhealed = new Waiters();
  #negate = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.pace = new Pace(clock);
  }

  /** The armed faults, the longest armed first. */
  get armed(): readonly Fault[] {
    return [...this.#armed.values()];
  }

  /** The armed fault of a kind. */
  of<K extends FaultKind>(kind: K): FaultOf<K> | undefined {
    return this.#armed.get(kind) as FaultOf<K> | undefined;
  }

  /** Arms a fault in the place of one of its kind. */
  arm(fault: Fault): void {
    this.#armed.delete(fault.kind);
    this.#armed.set(fault.kind, fault);
    if (fault.kind === 'stall') this.pace.stall(fault.durationMs, () => this.disarm('stall'));
    if (fault.kind === 'delay') this.pace.delay(fault.eachMs);
  }

  /** Disarms a kind; false when none of it was armed. */
  disarm(kind: FaultKind): boolean {
    return this.#armed.delete(kind);
  }

  /** Disarms all and releases whoever waits; gives how many were armed. */
  heal(): number {
    const count = this.#armed.size;
    this.#armed.clear();
    this.pace.release();
    this.pace.delay(0);
    this.#unhealed.release();
    return count;
  }

  /** Resolves at the next heal(); rejects with the signal's reason. */
  healed(signal: AbortSignal): Promise<void> {
    return this.#unhealed.wait(signal);
  }

  /** The timestamp that leaves for one that is meant, undefined meaning now: nanoseconds, shifted when told to. */
  timestamp(meant: bigint | undefined): bigint {
    const timestamp = meant ?? this.#clock.now();
    const skew = this.of('skew_timestamps');
    if (skew === undefined) return timestamp;
    this.#negate = skew.alternate && !this.#negate;
    return this.#negate ? timestamp - skew.offset : timestamp + skew.offset;
  }
}
