// Replace windows that outgrow their memory go on on disk: only a sync_response can end one, so waiting for room would
// wait for ever (datastore.md 6.3). The values lie in a temporary table until the window is committed or discarded.
import type { LeafStore } from './leaf-store.ts';
import type { Slab } from './slab.ts';
import { isStoreError } from './store-error.ts';
import { onDisk, removal, type Window } from './window.ts';

/** Values written in one piece. */
const pieceRows = 1000;

export class Spill {
  readonly #store: LeafStore;
  readonly #slab: Slab;
  readonly #numbers: Map<Window, number> = new Map();
  #next = 1;

  constructor(store: LeafStore, slab: Slab) {
    this.#store = store;
    this.#slab = slab;
  }

  /** The number under which the store has the window's values; 0 when it has none. */
  number(window: Window): number {
    return this.#numbers.get(window) ?? 0;
  }

  /** Writes the values that the window holds in memory. False when the disk does not take them; they stay then. */
  spill(window: Window): boolean {
    const number = this.#numbers.get(window) ?? this.#next++;
    this.#numbers.set(window, number);
    try {
      for (let row = 0; row < window.count; ) {
        const piece: [number, Uint8Array][] = [];
        for (; row < window.count && piece.length < pieceRows; row++) {
          const length = window.length[row] as number;
          const block = window.block[row] as number;
          if (length !== removal && block !== onDisk) piece.push([row, this.#slab.view(block, length)]);
        }
        this.#store.stage(number, piece);
        for (const [spilled] of piece) window.spill(spilled);
      }
      return true;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return false;
    }
  }

  /** Forgets what the store has of the window. */
  drop(window: Window): void {
    const number = this.#numbers.get(window);
    if (number === undefined) return;
    this.#numbers.delete(window);
    this.#store.unstage(number);
  }
}
