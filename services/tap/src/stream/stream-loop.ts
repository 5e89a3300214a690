// One stream: a loop that makes the NSP hold what is wanted. It learns of everything from above, in one turn, and tells
// above only that it is over; nobody waits for it but who ends it.
// Invariants: the row is gone in the turn in which the stream is not wanted any more; an attempt for a target that is
// not wanted any more is aborted in that turn too; what was registered is unregistered, or its budget is used up.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import { LinkedAbort } from '@syncline/runtime/linked-abort.ts';
import type { Liveness, LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { fullName, type StreamName } from '@syncline/trench/stream-name.ts';
import type { StreamNote } from '../loop/note.ts';
import { Retry } from '../loop/retry.ts';
import type { TargetRegistry } from '../ports.ts';
import type { StreamTimings } from '../timings.ts';
import { nextStep, type StreamStep } from './decision.ts';
import { fits, type WantedTarget, wantedTarget } from './held.ts';
import { StreamFullError } from './identifiers.ts';
import { Registration } from './registration.ts';
import { type StatusWithReason, statusOf } from './status.ts';
import type { StatusBoard } from './status-board.ts';
import type { StreamDump } from './stream-dump.ts';
import type { StreamView } from './stream-view.ts';

/** What a stream's loop works with. */
export interface StreamParts {
  readonly name: StreamName;
  readonly registry: TargetRegistry;
  readonly timings: StreamTimings;
  readonly watchdogMs: number;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly liveness: Liveness;
  readonly stop: StopSignal;
  readonly note: (note: StreamNote) => void;
  /** Not wanted and nothing held: the loop ends, and this is the last that is heard of it. */
  readonly over: () => void;
}

/** Wanted from the start; over some time after unwant(), unless it is wanted again before. */
export class StreamLoop implements AsyncDisposable {
  readonly #parts: StreamParts;
  readonly #registration: Registration;
  readonly #retry: Retry;
  readonly #bell: Doorbell;
  readonly #loop: SupervisedLoop;
  #isWanted = true;
  #view: StreamView;
  #refreshAtMs = 0;
  #leaveByMs = Number.POSITIVE_INFINITY;
  #lastError: string | undefined;
  /** The attempt to secure a target that is under way. */
  #securing: { readonly wanted: WantedTarget; readonly end: LinkedAbort } | undefined;

  constructor(parts: StreamParts, view: StreamView) {
    const { name, registry, clock, rng, watchdogMs, note } = parts;
    this.#parts = parts;
    this.#view = view;
    this.#registration = new Registration({
      stream: name,
      registry,
      clock,
      rng,
      watchdogMs,
      note,
      changed: () => this.#show(),
    });
    this.#retry = new Retry(parts.timings.retry, clock, rng);
    this.#bell = new Doorbell(clock);
    this.#loop = new SupervisedLoop(
      `stream ${fullName(name)}`,
      (watch, signal) => this.#run(watch, signal),
      parts,
    );
    this.#show();
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Takes what the conduit hands down. */
  follow(view: StreamView): void {
    this.#change(() => {
      this.#view = view;
    });
  }

  /** Wanted again before the loop was over: it goes on with what it holds. */
  want(): void {
    this.#change(() => {
      this.#isWanted = true;
    });
  }

  /** The row is gone when this returns; the target follows, within its budget. */
  unwant(): void {
    this.#change(() => {
      this.#isWanted = false;
    });
    this.#parts.board.delete(this.#parts.name);
  }

  dump(): StreamDump {
    const { held } = this.#registration;
    return {
      stream: this.#parts.name,
      isWanted: this.#isWanted,
      identifier: held?.identifier,
      registeredIps: held?.ips ?? [],
      maxTargets: this.#view.config.kind === 'listed' ? this.#view.config.maxTargets : undefined,
      lastError: this.#lastError ?? '',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  get #wanted(): WantedTarget | undefined {
    return wantedTarget(this.#isWanted, this.#view, this.#parts.timings.unregisterOnDown);
  }

  /** Changes what is wanted, in one turn with all that follows from it. */
  #change(change: () => void): void {
    const before = this.#wanted;
    change();
    const wanted = this.#wanted;
    if (!isSame(before, wanted)) {
      this.#lastError = undefined;
      this.#retry.reset();
      if (this.#securing !== undefined && !isSame(this.#securing.wanted, wanted))
        this.#securing.end.abort(new Error('another target is wanted'));
    }
    this.#show();
    this.#bell.ring();
  }

  async #run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (;;) {
      const step = this.#nextStep();
      if (step.kind === 'over') {
        this.#parts.over();
        return;
      }
      await this.#take(step, watch, signal);
      this.#show();
    }
  }

  #nextStep(): StreamStep {
    const nowMs = this.#parts.clock.monotonic();
    const { held } = this.#registration;
    const wanted = this.#wanted;
    if (held === undefined || fits(held, wanted)) this.#leaveByMs = Number.POSITIVE_INFINITY;
    else this.#leaveByMs = Math.min(this.#leaveByMs, nowMs + this.#parts.timings.unregisterMs);
    return nextStep(
      {
        isWanted: this.#isWanted,
        wanted,
        held,
        refreshAtMs: this.#refreshAtMs,
        retryAtMs: this.#retry.atMs,
        leaveByMs: this.#leaveByMs,
      },
      nowMs,
    );
  }

  async #take(
    step: Exclude<StreamStep, { kind: 'over' }>,
    watch: LoopWatch,
    signal: AbortSignal,
  ): Promise<void> {
    switch (step.kind) {
      case 'secure':
        return await this.#secure(step.wanted, watch, signal);
      case 'unregister':
        return await this.#unregister(watch, signal);
      case 'leave-behind':
        return this.#registration.leaveBehind();
      case 'rest':
        watch.idle('a change, or the next refresh');
        return await this.#bell.wait(step.untilMs - this.#parts.clock.monotonic(), signal);
    }
  }

  async #secure(wanted: WantedTarget, watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { clock, timings } = this.#parts;
    using end = new LinkedAbort(signal);
    this.#securing = { wanted, end };
    try {
      const byMs = clock.monotonic() + timings.attemptMs;
      await this.#registration.secure(wanted, { watch, signal: end.signal, byMs });
      this.#secured();
    } catch (error) {
      signal.throwIfAborted();
      // Aborted by #change(): the next pass sees what is wanted instead.
      if (!end.signal.aborted) this.#failed(error);
    } finally {
      this.#securing = undefined;
    }
  }

  #secured(): void {
    const { rng, timings } = this.#parts;
    const jitter = timings.refreshJitter * (2 * rng.next() - 1);
    this.#refreshAtMs = (this.#registration.held?.sentMs ?? 0) + timings.refreshMs * (1 + jitter);
    this.#lastError = undefined;
    this.#retry.reset();
  }

  async #unregister(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { clock, timings } = this.#parts;
    try {
      const byMs = Math.min(clock.monotonic() + timings.unregisterCallMs, this.#leaveByMs);
      await this.#registration.unregister({ watch, signal, byMs });
      this.#retry.reset();
    } catch (error) {
      signal.throwIfAborted();
      this.#failed(error);
    }
  }

  #failed(thrown: unknown): void {
    const { timings, rng, note } = this.#parts;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#lastError = error.message;
    const { leastMs, mostMs } = timings.fullRetry;
    if (error instanceof StreamFullError) this.#retry.wait(leastMs + (mostMs - leastMs) * rng.next());
    else this.#retry.failed();
    note({ kind: 'attempt-failed', error });
  }

  #show(): void {
    if (!this.#isWanted) return;
    this.#parts.board.set(this.#parts.name, this.#status());
  }

  #status(): StatusWithReason {
    const wanted = this.#wanted;
    const { held } = this.#registration;
    return statusOf({ view: this.#view, wanted, held, lastError: this.#lastError });
  }
}

function isSame(a: WantedTarget | undefined, b: WantedTarget | undefined): boolean {
  return a?.ipsKey === b?.ipsKey && a?.maxTargets === b?.maxTargets;
}
