// The election of a process that needs none: whoever campaigns first leads until it resigns. With its one elector a
// process leads from the start. No lease can run out, so a term is held exactly until `lost` aborts.

import { Waiter } from '@syncline/runtime/waiter.ts';
import { AlreadyCandidateError, ElectorClosedError, LeadershipLostError } from './election-errors.ts';
import type { Candidate, Elector, Leader, LeaderListener, Leadership } from './elector.ts';

/** One seat, for the electors of this process. */
export class LocalElection {
  readonly #nextToken: () => Promise<bigint>;
  readonly #listeners = new Set<LeaderListener>();
  /** Campaigns that wait for the seat, first come first served; an elector has one at the most. */
  readonly #waiting = new Set<Waiter>();
  #taken = false;
  #lastToken = 0n;
  #leader: Leader | undefined;

  /**
   * @param nextToken called once for each term: raises a counter, persists it, then gives it; must start above 0.
   * What it throws ends the campaign, and so does a token that is not greater than the one before.
   */
  constructor(nextToken: () => Promise<bigint>) {
    this.#nextToken = nextToken;
  }

  /** A candidate's part in this election. */
  join(candidate: Candidate): Elector {
    return new LocalElector(this, candidate);
  }

  /** @internal */
  async win(candidate: Candidate, signal: AbortSignal): Promise<Leadership> {
    await this.#seat(signal);
    try {
      signal.throwIfAborted();
      const token = await this.#nextToken();
      signal.throwIfAborted();
      if (token <= this.#lastToken) {
        throw new RangeError(`token ${token} is not greater than ${this.#lastToken}, which was given before`);
      }
      this.#lastToken = token;
      this.#become({ ...candidate, token });
      return new LocalLeadership(token, () => {
        this.#become(undefined);
        this.#vacate();
      });
    } catch (error) {
      this.#vacate();
      throw error;
    }
  }

  /** @internal */
  observe(listener: LeaderListener): Disposable {
    // A listener given twice is two observers.
    const own: LeaderListener = (leader) => listener(leader);
    this.#listeners.add(own);
    own(this.#leader);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async #seat(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    const waiter: Waiter = new Waiter(signal, () => this.#waiting.delete(waiter));
    this.#waiting.add(waiter);
    await waiter.promise;
  }

  #vacate(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken = false;
      return;
    }
    this.#waiting.delete(next);
    next.resolve();
  }

  #become(leader: Leader | undefined): void {
    this.#leader = leader;
    for (const listener of this.#listeners) listener(leader);
  }
}

class LocalElector implements Elector {
  readonly candidate: Candidate;
  readonly #election: LocalElection;
  readonly #closed = new AbortController();
  readonly #observers = new Set<Disposable>();
  #campaigning = false;
  #leadership: Leadership | undefined;

  constructor(election: LocalElection, candidate: Candidate) {
    this.#election = election;
    this.candidate = candidate;
  }

  async campaign({ signal }: { readonly signal: AbortSignal }): Promise<Leadership> {
    this.#closed.signal.throwIfAborted();
    if (this.#campaigning || this.#leadership?.held) throw new AlreadyCandidateError(this.candidate.id);
    this.#campaigning = true;
    try {
      const either = AbortSignal.any([signal, this.#closed.signal]);
      const leadership = await this.#election.win(this.candidate, either);
      if (this.#closed.signal.aborted) await leadership.resign();
      this.#closed.signal.throwIfAborted();
      this.#leadership = leadership;
      return leadership;
    } finally {
      this.#campaigning = false;
    }
  }

  observe(listener: LeaderListener): Disposable {
    this.#closed.signal.throwIfAborted();
    const observer = this.#election.observe(listener);
    this.#observers.add(observer);
    return {
      [Symbol.dispose]: () => {
        this.#observers.delete(observer);
        observer[Symbol.dispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new ElectorClosedError(this.candidate.id));
    for (const observer of this.#observers) observer[Symbol.dispose]();
    await this.#leadership?.resign();
  }
}

class LocalLeadership implements Leadership {
  readonly token: bigint;
  readonly #lost = new AbortController();
  readonly #leave: () => void;

  constructor(token: bigint, leave: () => void) {
    this.token = token;
    this.#leave = leave;
  }

  get held(): boolean {
    return !this.#lost.signal.aborted;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  resign(): Promise<void> {
    if (this.held) {
      this.#lost.abort(new LeadershipLostError(this.token, 'resigned'));
      this.#leave();
    }
    return Promise.resolve();
  }
}
