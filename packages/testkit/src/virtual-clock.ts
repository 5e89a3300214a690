// Time that moves only when it is told to, for tests of anything that takes a Clock.

import type { Clock, Timer } from '@syncline/runtime/clock.ts';

/** A timer that was set on a VirtualClock. */
export interface VirtualTimer extends Timer {
  /** The delay it was set with. */
  readonly delayMs: number;
  /** The monotonic time at which it fires. */
  readonly dueMs: number;
  /** Counts the timers that were set on the clock. */
  readonly nth: number;
}

const wallStartNs = 1_767_225_600_000_000_000n; // 2026-01-01T00:00:00Z

/** Starts at 0 ms monotonic and the beginning of 2026 on the wall. */
export class VirtualClock implements Clock {
  readonly #timers = new Map<VirtualTimer, () => void>();
  #nowMs = 0;
  #set = 0;
  #wallNs = wallStartNs;

  monotonic(): number {
    return this.#nowMs;
  }

  now(): bigint {
    return this.#wallNs + BigInt(Math.round(this.#nowMs * 1e6));
  }

  setTimer(ms: number, fire: () => void): Timer {
    this.#set += 1;
    const timer: VirtualTimer = {
      nth: this.#set,
      delayMs: ms,
      dueMs: this.#nowMs + Math.max(0, ms),
      clear: () => this.#timers.delete(timer),
    };
    if (timer.dueMs < Number.POSITIVE_INFINITY) this.#timers.set(timer, fire);
    return timer;
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The timers that fire next, all at one moment, in the order in which they were set. */
  due(): VirtualTimer[] {
    let due: VirtualTimer[] = [];
    for (const timer of this.#timers.keys()) {
      if (due[0] !== undefined && timer.dueMs > due[0].dueMs) continue;
      if (due[0] !== undefined && timer.dueMs < due[0].dueMs) due = [];
      due.push(timer);
    }
    return due;
  }

  /** Moves time to the moment the timer is due, and fires it; one that was cleared does nothing. */
  fire(timer: VirtualTimer): void {
    const fire = this.#timers.get(timer);
    if (fire === undefined) return;
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    fire();
  }

  /**
   * Moves time on by `ms`, firing what is due on the way, in order. Timers that asynchronous code sets when
   * it is woken by one of these come too late for this call: advance in smaller steps, or use the explorer.
   */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let [next] = this.due(); next !== undefined && next.dueMs <= untilMs; [next] = this.due())
      this.fire(next);
    this.#nowMs = untilMs;
  }

  /** Time goes by in one leap, as for a process that was stopped: what was due in the meantime fires at its end. */
  leap(ms: number): void {
    this.#nowMs += ms;
    this.advance(0);
  }

  /**
   * Steps the wall clock by `ms`, forwards or back, as an operator or NTP does; monotonic time does not
   * notice.
   */
  stepWall(ms: number): void {
    this.#wallNs += BigInt(Math.round(ms * 1e6));
  }
}
