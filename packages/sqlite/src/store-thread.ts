// A store in a thread of its own, called by the names of its methods. SQLite is synchronous: on the thread that
// serves the network, one commit would stop every stream of the process.

import { Worker } from 'node:worker_threads';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock, type Timer } from '@syncline/runtime/clock.ts';
import type { FromStore, ToStore } from './store-protocol.ts';

/** The thread ended by itself; it is not restarted, because its owner's memory may be ahead of the disk. */
export class StoreLostError extends Error {
  override name = 'StoreLostError';
}

/** The store did not answer in time. The call may still take effect. */
export class StoreDeadlineError extends Error {
  override name = 'StoreDeadlineError';

  constructor(method: string, deadlineMs: number) {
    super(`the store did not answer "${method}" within ${deadlineMs} ms`);
  }
}

type Method = (...args: never[]) => unknown;
type MethodName<Store> = { [Key in keyof Store]: Store[Key] extends Method ? Key : never }[keyof Store] &
  string;
type ArgsOf<Function> = Function extends (...args: infer Args) => unknown ? Args : never;
type ValueOf<Function> = Function extends (...args: never[]) => infer Value ? Value : never;

export interface StoreThreadOptions {
  /** The worker's entry file: a module that calls serveStore. */
  readonly entry: URL;
  /** What the worker opens the store with; must be cloneable. */
  readonly data: unknown;
  /** How long the store may take to open, and each call may take. */
  readonly deadlineMs: number;
  /** Called at most once, when the thread ends by itself. */
  readonly onLost: (error: StoreLostError) => void;
}

interface Pending extends PromiseWithResolvers<unknown> {
  readonly timer: Timer;
}

/**
 * Calls go one after the other, in order. Disposing it closes the store, after what was called before, and rejects with
 * what closing threw; a thread that does not end within the deadline is left to itself.
 */
export class StoreThread<Store extends object> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #deadlineMs: number;
  /** A stop of the process stops the store too: it is not late for that. */
  readonly #clock = new AwakeClock(systemClock);
  readonly #pending = new Map<number, Pending>();
  readonly #ended = Promise.withResolvers<void>();
  #lost: StoreLostError | undefined;
  #closing = false;
  #closeError: Error | undefined;
  #calls = 0;

  /** Starts the thread; resolves when the store is open and rejects with what opening threw. */
  static async open<Store extends object>(options: StoreThreadOptions): Promise<StoreThread<Store>> {
    const thread = new StoreThread<Store>(options);
    try {
      await thread.#expect(0, 'open');
      return thread;
    } catch (error) {
      thread.#closing = true;
      // Not awaited: a thread in a call of the system ends when that returns, which it may never do.
      void thread.#worker.terminate();
      thread.#clock[Symbol.dispose]();
      throw error instanceof StoreLostError && error.cause instanceof Error ? error.cause : error;
    }
  }

  private constructor({ entry, data, deadlineMs, onLost }: StoreThreadOptions) {
    this.#deadlineMs = deadlineMs;
    // Preloads of the process are for its main thread.
    this.#worker = new Worker(entry, { workerData: data, execArgv: [] });
    let opened = false;
    this.#worker.on('message', (message: FromStore) => {
      opened ||= message.kind === 'open';
      this.#settle(message);
    });
    const lose = (cause: Error) => {
      if (this.#closing || this.#lost !== undefined) return;
      this.#lost = new StoreLostError(`the store's thread ended: ${cause.message}`, { cause });
      this.#failAll(this.#lost);
      if (opened) onLost(this.#lost);
    };
    this.#worker.on('error', (error: Error) => {
      if (this.#closing) this.#closeError = error;
      lose(error);
    });
    this.#worker.on('exit', (code) => {
      this.#ended.resolve();
      lose(new Error(`it exited with code ${code}`));
    });
  }

  /**
   * Calls a method of the store. Rejects with what it threw (a plain Error with the same message), with
   * StoreDeadlineError, or with StoreLostError once the thread is gone.
   */
  async call<Name extends MethodName<Store>>(
    method: Name,
    ...args: ArgsOf<Store[Name]>
  ): Promise<ValueOf<Store[Name]>> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#closing) throw new StoreLostError('the store is closed');
    this.#calls += 1;
    // Throws when the arguments cannot be cloned; then there is no answer to expect.
    this.#post({ kind: 'call', call: this.#calls, method, args });
    return (await this.#expect(this.#calls, method)) as ValueOf<Store[Name]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.#post({ kind: 'close' });
    this.#closing = true;
    const overdue = this.#clock.setTimer(this.#deadlineMs, () => {
      void this.#worker.terminate();
      this.#ended.resolve();
    });
    await this.#ended.promise;
    overdue.clear();
    this.#failAll(new StoreLostError('the store is closed'));
    this.#clock[Symbol.dispose]();
    if (this.#closeError !== undefined) throw this.#closeError;
  }

  #post(message: ToStore): void {
    this.#worker.postMessage(message);
  }

  /** The answer to a call; 0 stands for the opening. */
  #expect(call: number, method: string): Promise<unknown> {
    const timer = this.#clock.setTimer(this.#deadlineMs, () => {
      this.#pending.delete(call);
      settlers.reject(new StoreDeadlineError(method, this.#deadlineMs));
    });
    const settlers = Promise.withResolvers<unknown>();
    this.#pending.set(call, { ...settlers, timer });
    return settlers.promise;
  }

  #settle(message: FromStore): void {
    const call = message.kind === 'open' ? 0 : message.call;
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    pending?.timer.clear();
    if (message.kind === 'thrown') pending?.reject(message.error);
    else pending?.resolve(message.kind === 'value' ? message.value : undefined);
  }

  #failAll(error: Error): void {
    for (const { timer, reject } of this.#pending.values()) {
      timer.clear();
      reject(error);
    }
    this.#pending.clear();
  }
}
