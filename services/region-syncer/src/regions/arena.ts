// The memory that holds the regions' blocks: pages of shared memory, so that the store's thread reads a view of them.
// Blocks are appended and forgotten; a page whose blocks are all forgotten is used again.
// Invariant: what lies in a page when it is pinned stays as it is until the page is unpinned as often.
import { viewOf } from './key.ts';
import { Page } from './page.ts';

/** A page's number takes 16 bits of each slot; the last one names no page. */
const mostPages = 0xffff;

/** The number of no page. */
export const noPage = 0xffff;

/** All page numbers are taken: 256 GiB of regions, or 65,535 blocks that are larger than a page. */
export class ArenaFullError extends Error {
  override name = 'ArenaFullError';

  constructor() {
    super(`there is no room for a further block: ${mostPages} pages are in use`);
  }
}

/** The sizes of an arena. */
export interface ArenaLimits {
  /** Bytes of a page. A run that is longer gets a page of its own length. */
  readonly pageBytes: number;
  /** How many empty pages are kept for later; further ones are given back to the system. */
  readonly sparePages: number;
}

export class Arena {
  readonly #limits: ArenaLimits;
  #pages: (Page | undefined)[] = [];
  #freeNumbers: number[] = [];
  /** Empty pages, which have kept their number. */
  #spare: number[] = [];
  /** The page that is appended to. */
  #tail = noPage;
  #held = 0;
  #live = 0;
  #opened = 0;
  /** 1 for the pages that are worth being evacuated. */
  #sparse: Uint8Array = new Uint8Array(mostPages + 1);
  #lastPage = noPage;
  #lastOffset = 0;

  constructor(limits: ArenaLimits) {
    this.#limits = limits;
  }

  /** Bytes of blocks that are in use. */
  get liveBytes(): number {
    return this.#live;
  }

  /** Bytes of all pages, spare ones too. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Bytes of the pages that have blocks, without the live ones: what evacuating pages can win back. */
  get wastedBytes(): number {
    return this.#held - this.#spare.length * this.#limits.pageBytes - this.#live;
  }

  /** How many pages were opened so far; it grows when an append found the last page full. */
  get opened(): number {
    return this.#opened;
  }

  /** The bytes of a page that is in use. */
  bytes(page: number): Uint8Array {
    return (this.#pages[page] as Page).bytes;
  }

  /** bytes(page), to read numbers of four bytes. */
  view(page: number): DataView {
    return (this.#pages[page] as Page).view;
  }

  /** The page that append() wrote to last. */
  get lastPage(): number {
    return this.#lastPage;
  }

  /** Where append() wrote last, in lastPage. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Copies source[start, end) to lastPage at lastOffset; its bytes are live. Throws ArenaFullError. */
  append(source: Uint8Array, start: number, end: number): void {
    const page = this.#reserve(end - start);
    page.write(this.#lastOffset, source, viewOf(source), start, end);
  }

  /** Appends a copy of the `length` bytes at `offset` of `page`, as append() does. */
  appendCopy(page: number, offset: number, length: number): void {
    const { bytes, view } = this.#pages[page] as Page;
    this.#reserve(length).write(this.#lastOffset, bytes, view, offset, offset + length);
  }

  /** Copies source[start, end) over bytes that are in use; see isOverwritable(). */
  overwrite(page: number, offset: number, source: Uint8Array, start: number, end: number): void {
    (this.#pages[page] as Page).write(offset, source, viewOf(source), start, end);
  }

  /** Whether the block that begins at `offset` of `page` may be written over: no pin wants it as it is. */
  isOverwritable(page: number, offset: number): boolean {
    return offset >= (this.#pages[page] as Page).pinnedTo;
  }

  /** `length` bytes of `page` are no longer in use. An empty page that is not pinned is used again. */
  release(page: number, length: number): void {
    (this.#pages[page] as Page).live -= length;
    this.#live -= length;
    this.#recycle(page);
  }

  /** Keeps what is in `page` now as it is, until unpin() was called as often. */
  pin(page: number): void {
    const pinned = this.#pages[page] as Page;
    pinned.pins++;
    pinned.pinnedTo = pinned.used;
  }

  /** Takes one pin off `page`. */
  unpin(page: number): void {
    const pinned = this.#pages[page] as Page;
    pinned.pins--;
    if (pinned.pins > 0) return;
    pinned.pinnedTo = 0;
    this.#recycle(page);
  }

  /**
   * Marks the pages that are worth being evacuated, the sparsest first: at most half live, full and not pinned.
   * At most `most` of them. Returns how many. A mark goes when its page is empty.
   */
  markSparse(most: number): number {
    const sparse: number[] = [];
    for (const [number, page] of this.#pages.entries()) {
      if (page === undefined || page.used === 0 || page.pins > 0 || number === this.#tail) continue;
      if (page.live * 2 <= page.bytes.length) sparse.push(number);
    }
    sparse.sort((a, b) => (this.#pages[a] as Page).live - (this.#pages[b] as Page).live);
    const marked = sparse.slice(0, most);
    for (const number of marked) this.#sparse[number] = 1;
    return marked.length;
  }

  /** Whether `page` is marked by markSparse(). */
  isSparse(page: number): boolean {
    return this.#sparse[page] === 1;
  }

  /** How many pages have blocks. */
  get pages(): number {
    return this.#pages.length - this.#freeNumbers.length - this.#spare.length;
  }

  /** Takes `length` bytes at the end of a page, at lastOffset of lastPage. */
  #reserve(length: number): Page {
    const number = this.#roomFor(length);
    const page = this.#pages[number] as Page;
    this.#lastPage = number;
    this.#lastOffset = page.used;
    page.used += length;
    page.live += length;
    this.#live += length;
    return page;
  }

  /** The page with room for `length` bytes at its end. */
  #roomFor(length: number): number {
    const { pageBytes } = this.#limits;
    if (length > pageBytes) return this.#open(length);
    const tail = this.#tail === noPage ? undefined : this.#pages[this.#tail];
    if (tail !== undefined && tail.used + length <= pageBytes) return this.#tail;
    const previous = this.#tail;
    this.#tail = this.#spare.pop() ?? this.#open(pageBytes);
    if (previous !== noPage) this.#recycle(previous);
    this.#opened++;
    return this.#tail;
  }

  #open(size: number): number {
    const number = this.#freeNumbers.pop() ?? this.#pages.length;
    if (number >= mostPages) throw new ArenaFullError();
    this.#pages[number] = new Page(size);
    this.#held += size;
    return number;
  }

  #recycle(number: number): void {
    const page = this.#pages[number] as Page;
    if (page.live > 0 || page.pins > 0) return;
    this.#sparse[number] = 0;
    page.used = 0;
    if (number === this.#tail) return;
    const size = page.bytes.length;
    if (size === this.#limits.pageBytes && this.#spare.length < this.#limits.sparePages) {
      this.#spare.push(number);
      return;
    }
    this.#pages[number] = undefined;
    this.#freeNumbers.push(number);
    this.#held -= size;
  }
}
