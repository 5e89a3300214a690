// Who waits for whom among routines that hold locks and join each other. None of these waits can be given up, so a
// cycle is a deadlock for good; it is found in the moment in which it is closed, without a clock.

/** What runs concurrently, as a goroutine does; compared by identity. */
export interface Routine {
  /** For people; need not be unique. */
  readonly name: string;
}

type Wait =
  | { readonly kind: 'lock'; readonly lock: string; readonly holder: () => Routine | undefined }
  | { readonly kind: 'join'; readonly routines: readonly Routine[] };

/** The waits of all routines at this moment. */
export class WaitGraph {
  /** Resolves with the first cycle: its routines, each with what it waits for, in words. */
  readonly deadlock: Promise<readonly string[]>;
  readonly #found: (cycle: readonly string[]) => void;
  readonly #waits = new Map<Routine, Wait>();

  constructor() {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.deadlock = promise;
    this.#found = resolve;
  }

  /** `who` begins to wait for a lock; `holder` tells who has it when asked. The wait ends with what this gives. */
  forLock(who: Routine, lock: string, holder: () => Routine | undefined): () => void {
    return this.#begin(who, { kind: 'lock', lock, holder });
  }

  /** `who` begins to wait until all `routines` have ended. The wait ends with what this gives. */
  forEnd(who: Routine, routines: readonly Routine[]): () => void {
    return this.#begin(who, { kind: 'join', routines });
  }

  #begin(who: Routine, wait: Wait): () => void {
    this.#waits.set(who, wait);
    const cycle = this.#pathBack(who, who, new Set());
    if (cycle !== undefined) this.#found(cycle);
    return () => this.#waits.delete(who);
  }

  #pathBack(from: Routine, to: Routine, seen: Set<Routine>): readonly string[] | undefined {
    const wait = this.#waits.get(from);
    if (wait === undefined || seen.has(from)) return undefined;
    seen.add(from);
    for (const { next, words } of steps(from, wait)) {
      if (next === to) return [words];
      const rest = this.#pathBack(next, to, seen);
      if (rest !== undefined) return [words, ...rest];
    }
    return undefined;
  }
}

function steps(from: Routine, wait: Wait): readonly { readonly next: Routine; readonly words: string }[] {
  if (wait.kind === 'join')
    return wait.routines.map((next) => ({ next, words: `${from.name} waits for the end of ${next.name}` }));
  const next = wait.holder();
  if (next === undefined) return [];
  return [{ next, words: `${from.name} waits for ${wait.lock}, held by ${next.name}` }];
}
