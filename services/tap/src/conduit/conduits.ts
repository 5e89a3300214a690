// The conduits of a trench: what the ambassador drives. Wanting and not wanting change what is desired and return; the
// loops do the rest, each conduit for itself.
// Invariant: a conduit is here while a stream of it is wanted or anything of it may be left at the NSP or the proxy.

import { Latest } from '@syncline/runtime/latest.ts';
import { type ConduitName, conduitKey, type StreamName } from '@syncline/trench/stream-name.ts';
import { Conduit } from './conduit.ts';
import type { ConduitDump } from './conduit-dump.ts';
import type { ConduitParts } from './conduit-parts.ts';

/** All that one trench has; empty at the start, and again when everything is closed. */
export class Conduits implements AsyncDisposable {
  readonly #parts: ConduitParts;
  readonly #conduits = new Map<string, Conduit>();
  readonly #count = new Latest(0);
  /** Conduits that are over and whose watches are ending. */
  readonly #ending = new Set<Promise<void>>();

  constructor(parts: ConduitParts) {
    this.#parts = parts;
  }

  /** The stream is wanted; once more does nothing. It has a row on the board when this returns. */
  want({ trench, conduit, stream }: StreamName): void {
    const name = { trench, conduit };
    const known = this.#conduits.get(conduitKey(name));
    if (known === undefined) this.#open(name, stream);
    else known.want(stream);
  }

  /** The stream is not wanted: it has no row when this returns. One that is not known does nothing. */
  unwant({ trench, conduit, stream }: StreamName): void {
    this.#conduits.get(conduitKey({ trench, conduit }))?.unwant(stream);
  }

  /** No stream is wanted any more. */
  unwantAll(): void {
    for (const conduit of this.#conduits.values()) conduit.unwantAll();
  }

  /** Nothing is wanted and nothing is left: another trench may be opened. */
  get isEmpty(): boolean {
    return this.#conduits.size === 0;
  }

  /** How many streams there are, those included that are not wanted and may still have a target. */
  get streams(): number {
    return [...this.#conduits.values()].reduce((sum, { streams }) => sum + streams, 0);
  }

  /**
   * Resolves as soon as isEmpty: after unwantAll() that is within the budgets to unregister and to close. Rejects with
   * the signal's reason when it aborts.
   */
  async emptied(signal: AbortSignal): Promise<void> {
    for await (const count of this.#count.values(signal)) {
      if (count === 0) return;
    }
  }

  dump(): ConduitDump[] {
    return Array.from(this.#conduits.values(), (conduit) => conduit.dump());
  }

  /** Ends all loops as they are. For an orderly end: unwantAll(), then emptied(), then this. */
  async [Symbol.asyncDispose](): Promise<void> {
    const conduits = Array.from(this.#conduits.values(), (conduit) => conduit[Symbol.asyncDispose]());
    await Promise.all([...conduits, ...this.#ending]);
  }

  #open(name: ConduitName, stream: string): void {
    const key = conduitKey(name);
    const conduit = new Conduit(name, stream, this.#parts, () => {
      this.#conduits.delete(key);
      this.#count.set(this.#conduits.size);
      const ended = conduit[Symbol.asyncDispose]().finally(() => this.#ending.delete(ended));
      this.#ending.add(ended);
    });
    this.#conduits.set(key, conduit);
    this.#count.set(this.#conduits.size);
  }
}
