// What a simulated run has begun and not finished, and the first thing that went wrong in it.

/** What went wrong in a run. */
export interface Failure {
  /**
   * threw: a step did. unhandled: a promise was rejected that nobody awaited. invariant: one does not hold.
   * unfinished: the scenario returned before a step had ended. stuck: somebody waits and nothing can move.
   * endless: the run took more steps than allowed.
   */
  readonly kind: 'threw' | 'unhandled' | 'invariant' | 'unfinished' | 'stuck' | 'endless';
  /** The step, the invariant, or those who wait. */
  readonly where: string;
  readonly error: unknown;
}

/** One thing under way. A background task ends when the run does; a step must end before. */
export interface Task {
  readonly label: string;
  readonly lifetime: 'step' | 'background';
}

export class Tasks {
  readonly #open = new Set<Task>();
  readonly #end: AbortSignal;
  #failure: Failure | undefined;

  /** @param end aborts at the end of the run; a background task may reject with its reason */
  constructor(end: AbortSignal) {
    this.#end = end;
  }

  /** The first failure. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  open(label: string, lifetime: Task['lifetime']): Task {
    const task: Task = { label, lifetime };
    this.#open.add(task);
    return task;
  }

  isOpen(task: Task): boolean {
    return this.#open.has(task);
  }

  close(task: Task): void {
    this.#open.delete(task);
  }

  /** Closes `task` when `work` settles; a rejection fails the run. */
  follow(task: Task, work: Promise<unknown>): void {
    work.then(
      () => this.close(task),
      (error: unknown) => {
        this.close(task);
        if (task.lifetime === 'background' && this.#end.aborted && error === this.#end.reason) return;
        this.fail({ kind: 'threw', where: task.label, error });
      },
    );
  }

  fail(failure: Failure): void {
    this.#failure ??= failure;
  }

  /** The labels of what is under way, oldest first. */
  unfinished(lifetimes: readonly Task['lifetime'][]): string[] {
    const open = [...this.#open].filter(({ lifetime }) => lifetimes.includes(lifetime));
    return open.map(({ label }) => label);
  }
}

/** Runs `step` at once; what it throws becomes the promise's rejection. */
export async function start(step: () => unknown): Promise<void> {
  await step();
}
