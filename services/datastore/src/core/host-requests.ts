// The questions a worker has not answered yet. Each is settled once: by its answer, its deadline, the caller's
// signal, or the worker's end.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import { CoreDeadlineError, CoreRefusalError } from './host-errors.ts';
import type { CoreStatus, Done, FromCore, Got, ToCore } from './protocol.ts';

type Question = Extract<ToCore, { readonly request: number }>;
type Numbered<Kind> = Extract<Question, { readonly kind: Kind }>;

/** What each kind of question is answered by. */
export interface Answers {
  open: Done;
  close: Done;
  get: Got;
  observe: CoreStatus;
  ping: Done;
}

/** A question without its number. */
export type Ask<Kind extends keyof Answers> = Omit<Numbered<Kind>, 'request'> & { readonly kind: Kind };

/** How long a caller waits: until the deadline, or until its signal aborts. */
export interface Patience {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** The open questions of one worker. */
export class CoreRequests {
  readonly #clock: Clock;
  readonly #open = new Map<number, Waiter<Answers[keyof Answers]>>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Posts the question and resolves with its answer. Rejects with CoreRefusalError, CoreDeadlineError, the signal's
   * reason, or what fail() is given.
   */
  async ask<Kind extends keyof Answers>(
    question: Ask<Kind>,
    { deadlineMs, signal }: Patience,
    post: (message: ToCore) => void,
  ): Promise<Answers[Kind]> {
    signal.throwIfAborted();
    this.#last += 1;
    const request = this.#last;
    const waiter = new Waiter<Answers[keyof Answers]>(signal, () => this.#open.delete(request));
    const timer = this.#clock.setTimer(deadlineMs, () => {
      this.#open.delete(request);
      waiter.reject(new CoreDeadlineError(question.kind, deadlineMs));
    });
    this.#open.set(request, waiter);
    post({ ...question, request } as unknown as Numbered<Kind>);
    try {
      // The protocol pairs each kind of question with one kind of answer.
      return (await waiter.promise) as Answers[Kind];
    } finally {
      timer.clear();
    }
  }

  /** Settles a question by its answer; one that is not waited for any more is ignored. */
  settle(answer: Extract<FromCore, { readonly kind: 'reply' | 'refusal' }>): void {
    const waiter = this.#open.get(answer.request);
    this.#open.delete(answer.request);
    if (answer.kind === 'reply') waiter?.resolve(answer.value);
    else waiter?.reject(new CoreRefusalError(answer.code, answer.message));
  }

  /** Rejects all of them. */
  fail(reason: Error): void {
    const waiting = [...this.#open.values()];
    this.#open.clear();
    for (const waiter of waiting) waiter.reject(reason);
  }
}
