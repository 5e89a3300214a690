// One core worker thread for as long as the process lives: started, watched by pings, and after a crash started
// again with backoff. What it held is lost with it; the owners of its datastores are told and open them anew.

import type { Worker } from 'node:worker_threads';
import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { Liveness, LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { CoreLostError } from './host-errors.ts';
import { type Answers, type Ask, CoreRequests, type Patience } from './host-requests.ts';
import type { Finish, FromCore, ToCore } from './protocol.ts';

/** How worker threads are run. All are settings. */
export interface ThreadSettings {
  /** Time between an answered ping and the next. */
  readonly pingMs: number;
  /** How long a ping may stay unanswered before the process is no longer live. */
  readonly pingDeadlineMs: number;
  readonly restart: BackoffSettings;
  /** How long a thread that is told to end may take, to export its last spans, before it is terminated. */
  readonly finishMs: number;
}

/** What a thread needs of the process. */
export interface ThreadContext {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly liveness: Liveness;
  readonly logger: Logger;
  /** Starts a worker. */
  spawn(): Worker;
}

/** What a thread reports. */
export interface ThreadEvents {
  event(message: Exclude<FromCore, { readonly kind: 'reply' | 'refusal' }>): void;
  /** The worker has ended; its open questions are rejected already. It is started again by itself. */
  lost(reason: CoreLostError): void;
}

const never = new AbortController().signal;

/** A worker and its successors. Disposing it lets the thread end by itself, and terminates it after `finishMs` unawaited. */
export class CoreThread implements AsyncDisposable {
  readonly name: string;
  readonly #settings: ThreadSettings;
  readonly #context: ThreadContext;
  readonly #events: ThreadEvents;
  readonly #requests: CoreRequests;
  readonly #backoff: Backoff;
  readonly #watch: LoopWatch;
  #worker: Worker | undefined;
  #next: Timer | undefined;
  #crashes = 0;

  constructor(name: string, settings: ThreadSettings, context: ThreadContext, events: ThreadEvents) {
    this.name = name;
    this.#settings = settings;
    this.#context = context;
    this.#events = events;
    this.#requests = new CoreRequests(context.clock);
    this.#backoff = new Backoff(settings.restart, context.clock, context.rng);
    this.#watch = context.liveness.watch(name);
    this.#start();
  }

  /** How often the worker has ended by itself. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Posts a message; false while there is no worker to take it. */
  post(message: ToCore, transfer: ArrayBuffer[] = []): boolean {
    this.#worker?.postMessage(message, transfer);
    return this.#worker !== undefined;
  }

  /** Asks the worker; see CoreRequests.ask. Rejects with CoreLostError at once while there is none. */
  async ask<Kind extends keyof Answers>(question: Ask<Kind>, patience: Patience): Promise<Answers[Kind]> {
    if (this.#worker === undefined) throw new CoreLostError(`${this.name} is being restarted`);
    return this.#requests.ask(question, patience, (message) => this.post(message));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#next?.clear();
    this.#watch[Symbol.dispose]();
    this.#requests.fail(new CoreLostError(`${this.name} was stopped`));
    if (worker === undefined) return;
    const ended = Promise.withResolvers<void>();
    worker.once('exit', () => ended.resolve());
    const finish: Finish = { kind: 'finish' };
    worker.postMessage(finish);
    const overdue = this.#context.clock.setTimer(this.#settings.finishMs, () => {
      // Not awaited: a thread in a call of the system ends when that returns, which it may never do.
      void worker.terminate();
      ended.resolve();
    });
    await ended.promise;
    overdue.clear();
  }

  #start(): void {
    const worker = this.#context.spawn();
    this.#worker = worker;
    worker.on('message', (message: FromCore) => {
      if (this.#worker !== worker) return;
      if (message.kind === 'reply' || message.kind === 'refusal') this.#requests.settle(message);
      else this.#events.event(message);
    });
    worker.on('error', (error: Error) => this.#lose(worker, error));
    worker.on('messageerror', (error) => this.#lose(worker, error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`it exited with code ${code}`)));
    this.#ping();
  }

  #ping(): void {
    this.#watch.phase('ping', this.#settings.pingDeadlineMs, `an answer from ${this.name}`);
    const answered = () => {
      this.#watch.idle('the next ping');
      this.#next = this.#context.clock.setTimer(this.#settings.pingMs, () => this.#ping());
    };
    // A rejection means that the worker was lost, which #lose has dealt with.
    this.ask({ kind: 'ping' }, { deadlineMs: Number.POSITIVE_INFINITY, signal: never }).then(
      answered,
      () => {},
    );
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#crashes += 1;
    this.#next?.clear();
    // After an exit this resolves at once; after a message that cannot be read it ends the thread.
    void worker.terminate();
    const inMs = this.#backoff.next();
    this.#context.logger.error({ err: cause, thread: this.name, restartInMs: inMs }, 'core worker lost');
    this.#watch.idle('the restart');
    this.#next = this.#context.clock.setTimer(inMs, () => this.#restart());
    const lost = new CoreLostError(`${this.name} ended: ${cause.message}`, { cause });
    this.#requests.fail(lost);
    this.#events.lost(lost);
  }

  #restart(): void {
    this.#context.logger.info({ thread: this.name }, 'core worker restarting');
    this.#backoff.running();
    this.#start();
  }
}
