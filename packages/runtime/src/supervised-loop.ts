// A loop that owns some state for as long as the process lives, under a watchdog.
// If it throws, its memory may be ahead of the disk: it is never restarted in place, the whole process stops.

import type { Liveness, LoopWatch } from './liveness.ts';
import type { StopSignal } from './stop-signal.ts';

/** A loop threw; `cause` is what it threw. */
export class LoopFailedError extends Error {
  override name = 'LoopFailedError';
  readonly loop: string;

  constructor(loop: string, cause: unknown) {
    super(`loop ${loop} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.loop = loop;
  }
}

/** Constructing starts the loop, disposing ends it. */
export class SupervisedLoop implements AsyncDisposable {
  readonly name: string;
  /** Resolves when the loop is over, however it ended; never rejects. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();

  /**
   * Runs `body` from the next microtask on, so that the owner's fields are set. `body` notes its phases in
   * `watch` and ends when its work does or when `signal` aborts. If it throws anything but the signal's
   * reason, `stop` fails with a LoopFailedError and the loop stays overdue in `liveness`, in the phase
   * `failed`.
   */
  constructor(
    name: string,
    body: (watch: LoopWatch, signal: AbortSignal) => Promise<void>,
    supervision: { readonly liveness: Liveness; readonly stop: StopSignal },
  ) {
    this.name = name;
    this.ended = this.#supervise(body, supervision.liveness.watch(name), supervision.stop);
  }

  /**
   * Aborts the loop's signal and waits for its end. An owner that wants what was accepted to be finished ends
   * the mailbox and awaits `ended` instead.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #supervise(
    body: (watch: LoopWatch, signal: AbortSignal) => Promise<void>,
    watch: LoopWatch,
    stop: StopSignal,
  ): Promise<void> {
    const { signal } = this.#abort;
    try {
      await Promise.resolve();
      await body(watch, signal);
      watch[Symbol.dispose]();
    } catch (error) {
      if (signal.aborted && error === signal.reason) {
        watch[Symbol.dispose]();
        return;
      }
      watch.phase('failed', 0, 'the end of the process');
      stop.fail(new LoopFailedError(this.name, error));
    }
  }
}
