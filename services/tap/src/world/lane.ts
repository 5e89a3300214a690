// For the explored worlds: one client's connection to one neighbour. Requests arrive in the order in which they were
// sent, as on one HTTP/2 connection; a call that was given up may still arrive, and an answer may be lost.

import type { CallLimits } from '@syncline/runtime/call.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type Health, UnwellError } from './health.ts';

interface Sent {
  readonly limits: CallLimits;
  arrive(): void;
  fail(error: Error): void;
}

/** The longest deadline that a loop may give a call. */
const longestMs = 15_000;

/** The requests of one client, and what must hold of each call. */
export class Lane {
  /** Calls made, ever. */
  calls = 0;
  /** Called as each call is sent, as it takes effect, and as it is answered. */
  onMoment: () => void = () => undefined;
  readonly #sim: Simulation;
  readonly #health: Health;
  readonly #violate: (what: string) => void;
  readonly #queue: Sent[] = [];
  readonly #underWay = new Set<string>();
  #isMoving = false;

  constructor(sim: Simulation, health: Health, violate: (what: string) => void) {
    this.#sim = sim;
    this.#health = health;
    this.#violate = violate;
  }

  /** `caller` is the loop that calls: it makes one call at a time, and each with a deadline (I11, I12). */
  async call<T>(caller: string, what: string, limits: CallLimits, apply: () => T): Promise<T> {
    this.calls += 1;
    this.#sim.note(`${caller}: ${what}`);
    if (this.#underWay.has(caller)) this.#violate(`${caller}: ${what} while another call is under way`);
    if (!(limits.deadlineMs > 0 && limits.deadlineMs < longestMs + 1))
      this.#violate(`${caller}: ${what} with a deadline of ${limits.deadlineMs} ms`);
    this.#underWay.add(caller);
    this.onMoment();
    try {
      const answer = await this.#send(limits, () => {
        this.#sim.note(`${caller}: ${what} arrives`);
        this.onMoment();
        return apply();
      });
      this.onMoment();
      return answer;
    } finally {
      this.#underWay.delete(caller);
    }
  }

  /** The connection breaks: nothing that is on its way arrives. */
  cut(): void {
    const gone = new UnwellError('UNAVAILABLE: the connection is gone');
    for (const sent of this.#queue.splice(0)) sent.fail(gone);
  }

  #send<T>(limits: CallLimits, apply: () => T): Promise<T> {
    limits.signal.throwIfAborted();
    const waiter = new Waiter<T>(limits.signal);
    this.#queue.push({
      limits,
      arrive: () => {
        const failed = new UnwellError('UNAVAILABLE: failed');
        if (this.#health.mode !== 'failing') {
          const value = apply();
          this.#answer(limits, () => waiter.resolve(value));
          return;
        }
        // An error says nothing of whether the request took effect.
        if (this.#sim.choose(3) === 0) apply();
        this.#answer(limits, () => waiter.reject(failed));
      },
      fail: (error) => waiter.reject(error),
    });
    if (!this.#isMoving) this.#move().catch((error: unknown) => this.#ended(error));
    return waiter.promise;
  }

  #answer({ signal }: CallLimits, settle: () => void): void {
    if (signal.aborted) return;
    if (this.#health.mode === 'well') settle();
    else this.#health.travel(signal).then(settle, () => undefined);
  }

  async #move(): Promise<void> {
    this.#isMoving = true;
    while (this.#queue.length > 0) {
      await this.#health.travel(this.#sim.signal);
      const sent = this.#queue.shift();
      // Who gave up has told the neighbour, and the neighbour may have read that in time.
      if (sent === undefined || (sent.limits.signal.aborted && this.#sim.choose(2) === 0)) continue;
      sent.arrive();
    }
    this.#isMoving = false;
  }

  #ended(error: unknown): void {
    if (!this.#sim.signal.aborted) this.#violate(String(error));
  }
}
