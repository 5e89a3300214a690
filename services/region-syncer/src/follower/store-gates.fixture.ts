// A disk that a test holds up: calls of the store wait for what they are told to, by their names.

import type { RegionStoreThread } from '../store/open-region-store.ts';

export class StoreGates {
  readonly #gates = new Map<string, Promise<unknown>>();
  readonly #done = new Map<string, number>();

  /** Calls of this name wait for `opened` before they begin; when it rejects they do, with its reason. */
  set(method: string, opened: Promise<unknown>): void {
    // Whether anybody comes to the gate is up to the test.
    opened.catch(() => {});
    this.#gates.set(method, opened);
  }

  /** Holds calls of this name until what it gives is called. */
  hold(method: string): () => void {
    const gate = Promise.withResolvers<void>();
    this.set(method, gate.promise);
    return () => {
      this.#gates.delete(method);
      gate.resolve();
    };
  }

  /** Calls that begin from now on wait for nothing. */
  clear(): void {
    this.#gates.clear();
  }

  /** How many calls of this name the store has done. */
  done(method: string): number {
    return this.#done.get(method) ?? 0;
  }

  /** The store behind the gates. */
  readonly through = (thread: RegionStoreThread): Pick<RegionStoreThread, 'call'> => ({
    call: async (method, ...args) => {
      await this.#gates.get(method);
      const answer = await thread.call(method, ...args);
      this.#done.set(method, this.done(method) + 1);
      return answer;
    },
  });
}
