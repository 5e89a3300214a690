// The one writer of the proxy's state: a loop that makes one change after the other, each in one transaction.
// Invariant: what is in memory is what is on disk. A change is planned on the newest state, committed, and only then
// seen by others; one that the disk refuses has not happened.

import type { Liveness, LoopWatch } from '@syncline/runtime/liveness.ts';
import { Mailbox } from '@syncline/runtime/mailbox.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { UnavailableError } from '../connection/errors.ts';
import { type BookStore, RefusedError } from './book-store.ts';
import type { Disk } from './disk.ts';
import { MutableBook } from './mutable-book.ts';
import type { BookState, Change } from './state.ts';

/** What a plan comes to: changes, perhaps none, and the answer once they are made. */
export interface Planned<Answer> {
  readonly changes: readonly Change[];
  readonly answer: Answer;
  /** Called when the changes are made, before anybody is told of them. */
  readonly made?: () => void;
}

interface Job {
  /** Plans on the newest state; gives what is to be done when the changes are made. What it throws is the job's end. */
  readonly plan: (state: BookState) => {
    readonly changes: readonly Change[];
    readonly made?: (() => void) | undefined;
    readonly done: () => void;
  };
  readonly reject: (error: unknown) => void;
}

/** What the book works with. */
export interface BookParts {
  readonly store: BookStore;
  /** Told whether the disk takes changes. */
  readonly disk: Pick<Disk, 'accepted' | 'refused'>;
  readonly liveness: Liveness;
  readonly stop: StopSignal;
  /** How many changes may wait for the disk; those who ask for more wait for room. */
  readonly backlog: number;
  /** How long a commit may take before the process counts as hung, in ms. */
  readonly commitMs: number;
  /** Told of changes as soon as they are made, before the one who asked for them. */
  readonly made: (changes: readonly Change[]) => void;
}

/** The state of all conduits. Constructing starts its loop; disposing makes what was asked for, then ends it. */
export class Book implements AsyncDisposable {
  readonly #parts: BookParts;
  readonly #state: MutableBook;
  readonly #jobs: Mailbox<Job>;
  readonly #loop: SupervisedLoop;

  /** @param boot what is on disk */
  constructor(boot: BookState, parts: BookParts) {
    this.#parts = parts;
    this.#state = new MutableBook(boot);
    this.#jobs = new Mailbox({ name: 'book', capacity: parts.backlog });
    this.#loop = new SupervisedLoop('book', (watch, signal) => this.#run(watch, signal), parts);
  }

  /** The state as of the last change that was made. */
  get state(): BookState {
    return this.#state.conduits;
  }

  /** See MutableBook. */
  get holders(): MutableBook['holders'] {
    return this.#state.holders;
  }

  /** See MutableBook. */
  get interfaceNames(): MutableBook['interfaceNames'] {
    return this.#state.interfaceNames;
  }

  /**
   * Makes the changes that `plan` comes to on the newest state. Rejects with what `plan` throws, with UnavailableError
   * when the disk refuses or the book is closed, and with the signal's reason while there is no room: then nothing was
   * changed. Once there is room the change is made or refused, whatever becomes of the signal.
   */
  async change<Answer>(plan: (state: BookState) => Planned<Answer>, signal: AbortSignal): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const job: Job = {
      plan: (state) => {
        const { changes, answer, made } = plan(state);
        return { changes, made, done: () => resolve(answer) };
      },
      reject,
    };
    await this.#jobs.put(job, signal);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#jobs.end();
    await this.#loop.ended;
  }

  async #run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    try {
      watch.idle('a change');
      for await (const [job] of this.#jobs.batches(1, signal)) {
        if (job !== undefined) await this.#make(job, watch);
        watch.idle('a change');
      }
    } finally {
      for (const { reject } of this.#jobs.close()) reject(new UnavailableError('the proxy is stopping'));
    }
  }

  async #make(job: Job, watch: LoopWatch): Promise<void> {
    let planned: ReturnType<Job['plan']>;
    try {
      planned = job.plan(this.state);
    } catch (error) {
      job.reject(error);
      return;
    }
    const { changes, made, done } = planned;
    if (changes.length > 0) {
      watch.phase('commit', this.#parts.commitMs, 'the store');
      try {
        await this.#parts.store.commit(changes);
      } catch (error) {
        job.reject(new UnavailableError(`the disk refuses: ${message(error)}`));
        // Whether the change is on disk is not known, so memory cannot be trusted any more.
        if (!(error instanceof RefusedError)) throw error;
        this.#parts.disk.refused(error);
        return;
      }
      this.#parts.disk.accepted();
      for (const change of changes) this.#state.apply(change);
    }
    made?.();
    if (changes.length > 0) this.#parts.made(changes);
    done();
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
