// Replace windows that outgrow their memory go on on disk: only a sync_response can end one, so waiting for room would
// wait for ever (datastore.md 6.3). The values lie in a temporary table until the window is committed or discarded.
import type { CorePoint } from './failpoints.ts';
import type { LeafStore } from './leaf-store.ts';
import { passingFault } from './passing-fault.ts';
import type { Slab } from './slab.ts';
import { onDisk, removal, type Window } from './window.ts';

/** Values written in one piece. */
const pieceRows = 1000;

export class Spill {
  readonly #store: LeafStore;
  readonly #operation: string;
  readonly #slab: Slab;
  readonly #failpoint: (name: CorePoint) => void;
  readonly #numbers: Map<Window, number> = new Map();
  /** Numbers of windows that have gone, whose values are still to be deleted. */
  readonly #dropped: number[] = [];
  #next = 1;

  constructor(store: LeafStore, slab: Slab, failpoint: (name: CorePoint) => void) {
    this.#store = store;
    this.#operation = `writing the temporary file of ${store.file}`;
    this.#slab = slab;
    this.#failpoint = failpoint;
  }

  /** The number under which the store has the window's values; 0 when it has none. */
  number(window: Window): number {
    return this.#numbers.get(window) ?? 0;
  }

  /** Writes the values that the window holds in memory. Gives the error when the disk does not take them; they stay then. */
  spill(window: Window): Error | undefined {
    const number = this.#numbers.get(window) ?? this.#next++;
    this.#numbers.set(window, number);
    try {
      this.#failpoint('spill');
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
      return undefined;
    } catch (error) {
      return passingFault(this.#operation, error);
    }
  }

  /** Forgets what the store has of the window; what the disk refuses to delete goes with the next window. */
  drop(window: Window): void {
    const number = this.#numbers.get(window);
    this.#numbers.delete(window);
    if (number !== undefined) this.#dropped.push(number);
    try {
      for (let next = this.#dropped[0]; next !== undefined; next = this.#dropped[0]) {
        this.#failpoint('unspill');
        this.#store.unstage(next);
        this.#dropped.shift();
      }
    } catch (error) {
      passingFault(this.#operation, error);
    }
  }
}
