// What can happen next in a simulated run. Steps that are ready race with each other and with the timers due
// next; time moves only when a timer is chosen, and never past the latest moment of a step that is ready.

import type { Candidate, Choices } from './explorer-choices.ts';
import type { VirtualClock, VirtualTimer } from './virtual-clock.ts';

/** Something that can happen at any moment. */
export interface Step {
  /** Which actor, link or pause it comes from. */
  readonly source: string;
  /** Its line in the trace; called only when somebody reads it. */
  readonly describe: () => string;
  /** Virtual time does not pass this while the step has not happened. */
  readonly latestMs: number;
  readonly run: () => void;
}

/** A step that was added, or a timer that is due. */
export interface ReadyStep extends Step, Candidate {
  /** It moves time on to here, if that is later. */
  readonly atMs: number;
}

export class Scheduler {
  readonly #clock: VirtualClock;
  readonly #choices: Choices;
  readonly #ready: ReadyStep[] = [];
  readonly #added = new Map<string, number>();
  readonly #trace: { readonly atMs: number; readonly describe: () => string }[] = [];
  #steps = 0;

  constructor(clock: VirtualClock, choices: Choices) {
    this.#clock = clock;
    this.#choices = choices;
  }

  /** How many steps have happened. */
  get steps(): number {
    return this.#steps;
  }

  /** The line of the last step. */
  get last(): string {
    return this.#trace.at(-1)?.describe() ?? 'the start';
  }

  add(step: Step): ReadyStep {
    const nth = (this.#added.get(step.source) ?? 0) + 1;
    this.#added.set(step.source, nth);
    const run = () => {
      this.remove(ready);
      step.run();
    };
    const ready: ReadyStep = { ...step, run, nth, atMs: 0 };
    this.#ready.push(ready);
    return ready;
  }

  /** Takes back a step that has not happened. */
  remove(step: ReadyStep): void {
    const at = this.#ready.indexOf(step);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** Adds a line to the trace. */
  note(text: string): void {
    this.#trace.push({ atMs: this.#clock.monotonic(), describe: () => `  ${text}` });
  }

  /** Makes one thing happen, and throws what it throws; false when nothing can. */
  step(): boolean {
    const chosen = this.#choices.step(this.#options());
    if (chosen === undefined) return false;
    this.#steps += 1;
    this.#trace.push({ atMs: Math.max(this.#clock.monotonic(), chosen.atMs), describe: chosen.describe });
    chosen.run();
    return true;
  }

  /** The run so far, a line a step. */
  trace(): string[] {
    return this.#trace.map(({ atMs, describe }) => `${`${atMs} ms`.padStart(10)}  ${describe()}`);
  }

  #options(): ReadyStep[] {
    const latestMs = this.#ready.reduce(
      (least, step) => Math.min(least, step.latestMs),
      Number.POSITIVE_INFINITY,
    );
    const options = [...this.#ready];
    for (const timer of this.#clock.due()) {
      if (timer.dueMs <= latestMs) options.push(this.#timerStep(timer));
    }
    return options;
  }

  #timerStep(timer: VirtualTimer): ReadyStep {
    return {
      source: 'timer',
      nth: timer.nth,
      describe: () => `timer of ${timer.delayMs} ms`,
      atMs: timer.dueMs,
      latestMs: Number.POSITIVE_INFINITY,
      run: () => this.#clock.fire(timer),
    };
  }
}
