// Many watchers of one registry, on a few connections, and when each of them has a change.

import { LossError } from '../loss-error.ts';
import { plainConnection } from './nsp.ts';
import { type Received, TargetWatch, targetsOf } from './target-watch.ts';

const perConnection = 50;

/** A change that is waited for. */
interface Awaited {
  readonly mark: Buffer;
  readonly arrivalsMs: number[];
  readonly done: PromiseWithResolvers<readonly number[]>;
}

export class Audience implements Disposable {
  readonly #stack = new DisposableStack();
  readonly #watches: TargetWatch[] = [];
  readonly #signal: AbortSignal;
  #awaited: Awaited | undefined;

  /** `watchers` of the registry at `address`; which of them have a first list is not waited for. */
  constructor(address: string, watchers: number, signal: AbortSignal) {
    this.#signal = signal;
    const fail = (why: string) => this.#awaited?.done.reject(new LossError(why));
    while (this.#watches.length < watchers) {
      const connection = this.#stack.use(plainConnection(address));
      const count = Math.min(perConnection, watchers - this.#watches.length);
      for (let nth = 0; nth < count; nth++) {
        const told = (received: Received) => this.#told(received);
        this.#watches.push(this.#stack.use(new TargetWatch(connection, told, fail)));
      }
    }
  }

  /** When each watcher has a list with `mark` in it, see monotonicMs; one list of each may have it. */
  async hear(mark: string): Promise<readonly number[]> {
    const done = Promise.withResolvers<readonly number[]>();
    const give = () => done.reject(this.#signal.reason as Error);
    this.#signal.addEventListener('abort', give, { once: true });
    this.#awaited = { mark: Buffer.from(mark), arrivalsMs: [], done };
    try {
      return await done.promise;
    } finally {
      this.#awaited = undefined;
      this.#signal.removeEventListener('abort', give);
    }
  }

  /** Throws LossError unless all have the same list, of `targets` targets. */
  check(targets: number): void {
    const first = this.#watches[0]?.newest;
    const others = this.#watches.filter(({ newest }) => !first || !newest?.bytes.equals(first.bytes)).length;
    if (first === undefined || others > 0)
      throw new LossError(`${others} of ${this.#watches.length} have another list`);
    const { length } = targetsOf(first);
    if (length !== targets) throw new LossError(`the list has ${length} targets of ${targets}`);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }

  #told({ atMs, bytes }: Received): void {
    const awaited = this.#awaited;
    if (awaited === undefined || !bytes.includes(awaited.mark)) return;
    awaited.arrivalsMs.push(atMs);
    if (awaited.arrivalsMs.length === this.#watches.length) awaited.done.resolve(awaited.arrivalsMs);
  }
}
