// The desired streams on disk, for a tap that is to open them again after a restart. A loop writes the newest list, and
// never two at a time; an answer may wait until what it says is on disk.

import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import type { Liveness, LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { Watermark } from '@syncline/runtime/watermark.ts';
import type { Desired } from '../ambassador/desired-streams.ts';

/** The list could not be made durable in time. It holds in this process all the same. */
export class NotKeptError extends Error {
  override name = 'NotKeptError';

  constructor(ms: number, problem: string) {
    super(`done, but not on disk within ${ms} ms, and lost if the tap restarts: ${problem}`);
  }
}

/** What keeping works with. */
export interface KeepingParts {
  /** Replaces the list on disk; durable when it resolves. */
  write(desired: Desired): Promise<void>;
  /** How long an answer waits for the disk. */
  readonly answerMs: number;
  /** How long one write may take before the loop counts as stuck. */
  readonly writeMs: number;
  readonly retry: BackoffSettings;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly liveness: Liveness;
  readonly stop: StopSignal;
  /** A write failed; it is tried again. */
  failed(error: Error): void;
}

/** Disposing ends a write that is under way well; it waits for no disk that refuses. */
export class KeptStreams implements AsyncDisposable {
  readonly #parts: KeepingParts;
  readonly #newest: Latest<Desired>;
  readonly #onDisk: Watermark;
  readonly #loop: SupervisedLoop;
  #problem = '';
  /** Nothing more is tried again. */
  #closing = false;

  /** `onDisk` is the list that the file holds already. */
  constructor(parts: KeepingParts, onDisk: Desired) {
    this.#parts = parts;
    this.#newest = new Latest(onDisk);
    this.#onDisk = new Watermark(onDisk.generation);
    this.#loop = new SupervisedLoop('state', (watch, signal) => this.#run(watch, signal), parts);
  }

  /** Why the disk is behind; '' when nothing failed since the last write that succeeded. */
  get problem(): string {
    return this.#problem;
  }

  /**
   * Resolves when this list, or a newer one, is on disk. Rejects with NotKeptError when that takes too long, and with the
   * signal's reason.
   */
  async keep(desired: Desired, signal: AbortSignal): Promise<void> {
    if (desired.generation > this.#newest.value.generation) this.#newest.set(desired);
    const { clock, answerMs } = this.#parts;
    const late = new AbortController();
    const timer = clock.setTimer(answerMs, () => {
      late.abort(new NotKeptError(answerMs, this.#problem || 'the disk is slow'));
    });
    try {
      await this.#onDisk.reaches(desired.generation, AbortSignal.any([signal, late.signal]));
    } finally {
      timer.clear();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#newest[Symbol.dispose]();
    if (this.#problem === '') await this.#loop.ended;
    await this.#loop[Symbol.asyncDispose]();
  }

  async #run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { clock, rng, retry } = this.#parts;
    watch.idle('a change');
    for await (const desired of this.#newest.values(signal)) {
      const backoff = new Backoff(retry, clock, rng);
      while (desired.generation > this.#onDisk.value && !(await this.#write(desired, watch))) {
        if (this.#closing) return;
        if (desired !== this.#newest.value) break;
        watch.idle('the next attempt');
        await sleep(clock, backoff.next(), signal);
      }
      watch.idle('a change');
    }
  }

  async #write(desired: Desired, watch: LoopWatch): Promise<boolean> {
    watch.phase('write', this.#parts.writeMs, 'the disk');
    try {
      await this.#parts.write(desired);
      this.#problem = '';
      this.#onDisk.advance(desired.generation);
      return true;
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      this.#problem = problem.message;
      this.#parts.failed(problem);
      return false;
    }
  }
}
