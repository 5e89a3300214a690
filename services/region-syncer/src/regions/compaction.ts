// Keeps the arena from growing under live load: the blocks of its sparsest pages are moved together, a bounded piece
// for each block that is appended. Invariant: without pins, the pages hold at most twice the live bytes and `slack`,
// and the few pages that a sweep is about to empty.
import { type Arena, noPage } from './arena.ts';
import type { Slots } from './slots.ts';

const idle = -1;
/** A sweep empties at least so many pages, and at most a sixteenth of all: it looks at every slot once. */
const leastPages = 4;
/** One slot is looked at for so many appended bytes, so that a sweep is over before the next one is due. */
const bytesPerSlot = 4;

export class Compaction {
  readonly #arena: Arena;
  readonly #slots: Slots;
  readonly #slack: number;
  /** The slot that the sweep comes to next. */
  #next = idle;
  /** How many pages had been opened when it was last asked whether a sweep is due. */
  #asked = 0;

  /** `slack`: dead bytes that are never worth a sweep. */
  constructor(arena: Arena, slots: Slots, slack: number) {
    this.#arena = arena;
    this.#slots = slots;
    this.#slack = slack;
  }

  /** To be called before `bytes` are appended: does a proportionate piece of work, if there is any. */
  pay(bytes: number): void {
    if (this.#next === idle && !this.#begin()) return;
    this.#sweep(Math.ceil(bytes / bytesPerSlot));
  }

  #begin(): boolean {
    const arena = this.#arena;
    if (arena.opened === this.#asked) return false;
    this.#asked = arena.opened;
    if (arena.wastedBytes <= arena.liveBytes + this.#slack) return false;
    if (arena.markSparse(Math.max(leastPages, arena.pages >>> 4)) === 0) return false;
    this.#next = 0;
    return true;
  }

  #sweep(most: number): void {
    const slots = this.#slots;
    const end = Math.min(slots.bound, this.#next + most);
    for (let slot = this.#next; slot < end; slot++) {
      const page = slots.page(slot);
      if (page !== noPage && this.#arena.isSparse(page)) this.#move(slot, page);
    }
    this.#next = end < slots.bound ? end : idle;
  }

  #move(slot: number, page: number): void {
    const arena = this.#arena;
    const offset = this.#slots.offset(slot);
    const length = this.#slots.length(slot);
    arena.appendCopy(page, offset, length);
    this.#slots.setPlace(slot, arena.lastPage, arena.lastOffset, length);
    arena.release(page, length);
  }
}
