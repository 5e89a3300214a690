// Whether something is up, for something that is started and stopped by several callers at any moment. At
// most one generation runs: the next starts only after the one before was stopped, and a generation whose
// stop failed stays owned until a stop succeeds. No caller waits for itself, and none is told of a start that
// is not one.

import type { Clock, Timer } from './clock.ts';
import { ReentrancyError, StopFailedError, StopTimeoutError } from './lifecycle-errors.ts';
import { StartAttempt, type StartFunction } from './start-attempt.ts';

/** What tells the gate that a call comes from inside its own functions. AsyncLocalStorage is one. */
export interface CallScope {
  run<R>(store: object, body: () => R): R;
  getStore(): object | undefined;
}

/** Takes it down; its signal aborts when its time is over. */
export type StopFunction = (signal: AbortSignal) => Promise<void>;

interface Stopping {
  readonly kind: 'stopping';
  readonly start: StartAttempt;
  readonly done: PromiseWithResolvers<void>;
  readonly abort: AbortController;
  readonly deadline: Timer;
  /** A start that was asked for meanwhile. */
  next: StartAttempt | undefined;
}

type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' | 'started'; readonly start: StartAttempt }
  | Stopping
  | { readonly kind: 'stopFailed'; readonly start: StartAttempt; readonly cause: unknown };

export type GateState = State['kind'];

/** Serialises starts and stops. The latest call decides how it ends. */
export class LifecycleGate {
  readonly #clock: Clock;
  readonly #stopTimeoutMs: number;
  readonly #scope: CallScope;
  readonly #calls = new Set<object>();
  /** Settles when no stop function is running; one that ran out of time still is. */
  #stops: Promise<unknown> = Promise.resolve();
  #state: State = { kind: 'stopped' };
  #generation = 0;

  /**
   * @param settings.stopTimeoutMs how long a stop may take unless its call says otherwise
   * @param settings.scope used by this gate alone, such as a `new AsyncLocalStorage<object>()`
   */
  constructor(settings: {
    readonly clock: Clock;
    readonly stopTimeoutMs: number;
    readonly scope: CallScope;
  }) {
    this.#clock = settings.clock;
    this.#stopTimeoutMs = settings.stopTimeoutMs;
    this.#scope = settings.scope;
  }

  get state(): GateState {
    return this.#state.kind;
  }

  /** Counts the attempts to start: it grows when one begins, so each generation is started at most once. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Brings it up, unless it is. `start` resolves when it is up; when it rejects it must leave nothing running
   * (an AsyncDisposableStack that it moves out of at the end unwinds a partial start in reverse); it should
   * give up when its signal aborts, which it does only while starting.
   *
   * Callers during an attempt share its outcome, and `startedNow` is true for the one whose `start` was run.
   * While stopping, the call waits and then starts a new generation. Rejects with the attempt's error (the
   * next call tries again), StartAbortedError when a stop came in between, StopFailedError while a failed
   * stop is to be repeated, ReentrancyError from inside a start or stop of this gate, or from what one began
   * that has not settled.
   */
  async start(start: StartFunction): Promise<{ startedNow: boolean }> {
    this.#refuseReentry('start');
    const state = this.#state;
    switch (state.kind) {
      case 'started':
        return { startedNow: false };
      case 'starting':
        await state.start.answer;
        return { startedNow: false };
      case 'stopFailed':
        throw new StopFailedError(state.cause);
      case 'stopping': {
        const startedNow = state.next === undefined;
        state.next ??= new StartAttempt(start);
        await state.next.answer;
        return { startedNow };
      }
      case 'stopped': {
        const attempt = new StartAttempt(start);
        void this.#begin(attempt);
        await attempt.answer;
        return { startedNow: true };
      }
    }
  }

  /**
   * Takes it down, unless it is. While starting it aborts the start, waits for it to settle and stops what
   * came up; a start that waits for its turn is aborted too. `stop` is not run when nothing came up.
   *
   * Callers during a stop share its outcome, and `stoppedNow` is true for the first. Rejects with the error of
   * `stop`, or with StopTimeoutError after `timeoutMs`. Both leave `stopFailed`, and the next call runs its own
   * `stop`; if the earlier one still runs, the call waits for that too, because its late effects must not hit a
   * new generation. ReentrancyError as for start().
   */
  async stop(
    stop: StopFunction,
    { timeoutMs = this.#stopTimeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<{ stoppedNow: boolean }> {
    this.#refuseReentry('stop');
    const state = this.#state;
    switch (state.kind) {
      case 'stopped':
        return { stoppedNow: false };
      case 'stopping':
        state.next?.answerAborted();
        state.next = undefined;
        await state.done.promise;
        return { stoppedNow: false };
      case 'starting':
      case 'started':
      case 'stopFailed':
        await this.#takeDown(state.start, stop, timeoutMs);
        return { stoppedNow: true };
    }
  }

  async #begin(attempt: StartAttempt): Promise<void> {
    this.#generation += 1;
    this.#state = { kind: 'starting', start: attempt };
    const up = await attempt.run((body) => this.#call(body));
    // A stop that came meanwhile has taken over, and answers the callers.
    if (this.#state.kind !== 'starting' || this.#state.start !== attempt) return;
    this.#state = up ? { kind: 'started', start: attempt } : { kind: 'stopped' };
    if (up) attempt.succeed();
    else attempt.fail();
  }

  #takeDown(start: StartAttempt, stop: StopFunction, timeoutMs: number): Promise<void> {
    const expire = () => {
      const error = new StopTimeoutError(timeoutMs);
      this.#failStop(stopping, error);
      stopping.abort.abort(error);
    };
    const deadline = this.#clock.setTimer(timeoutMs, expire);
    const done = Promise.withResolvers<void>();
    const starting = this.#state.kind === 'starting';
    const abort = new AbortController();
    const stopping: Stopping = { kind: 'stopping', start, done, abort, deadline, next: undefined };
    this.#state = stopping;
    if (starting) start.abort();
    void this.#stopWhatCameUp(stopping, stop).then(
      () => this.#completeStop(stopping),
      (error: unknown) => this.#failStop(stopping, error),
    );
    return done.promise;
  }

  async #stopWhatCameUp(stopping: Stopping, stop: StopFunction): Promise<void> {
    const up = await stopping.start.cameUp;
    if (!up || this.#state !== stopping) return;
    const earlier = this.#stops;
    const own = this.#call(() => stop(stopping.abort.signal));
    this.#stops = Promise.allSettled([earlier, own]);
    await own;
    await earlier;
  }

  #completeStop(stopping: Stopping): void {
    if (this.#state !== stopping) return;
    stopping.deadline.clear();
    stopping.start.answerAborted();
    this.#state = { kind: 'stopped' };
    stopping.done.resolve();
    if (stopping.next !== undefined) void this.#begin(stopping.next);
  }

  #failStop(stopping: Stopping, cause: unknown): void {
    if (this.#state !== stopping) return;
    stopping.deadline.clear();
    stopping.start.answerAborted();
    this.#state = { kind: 'stopFailed', start: stopping.start, cause };
    stopping.done.reject(cause);
    stopping.next?.refuse(new StopFailedError(cause));
  }

  async #call(body: () => Promise<void>): Promise<void> {
    const call = {};
    this.#calls.add(call);
    try {
      await this.#scope.run(call, body);
    } finally {
      this.#calls.delete(call);
    }
  }

  #refuseReentry(method: 'start' | 'stop'): void {
    const call = this.#scope.getStore();
    if (call !== undefined && this.#calls.has(call)) throw new ReentrancyError(method);
  }
}
