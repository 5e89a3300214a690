// One page of the arena: shared memory that is filled from its beginning. Its bytes are live ones, with dead ones among
// them, up to `used`, and free ones behind it.

/** Bytes up to which a loop is faster than set(), which needs a view of the source. */
const longestByHand = 512;

export class Page {
  /** A Buffer, as everything is that comes off the wire: what reads both is compiled for one kind of bytes. */
  readonly bytes: Uint8Array;
  /** The same memory as `bytes`: four bytes are read at once through it. */
  readonly view: DataView;
  used = 0;
  live = 0;
  pins = 0;
  /** What lies before it was there when the page was pinned. */
  pinnedTo = 0;

  constructor(size: number) {
    const memory = new SharedArrayBuffer(size);
    this.bytes = Buffer.from(memory);
    this.view = new DataView(memory);
  }

  /** Copies source[start, end) to `at`; `view` is over the same bytes as `source`. */
  write(at: number, source: Uint8Array, view: DataView, start: number, end: number): void {
    if (end - start > longestByHand) {
      this.bytes.set(source.subarray(start, end), at);
      return;
    }
    const to = this.view;
    const shift = at - start;
    let i = start;
    for (; i + 4 <= end; i += 4) to.setInt32(i + shift, view.getInt32(i));
    for (; i < end; i++) to.setUint8(i + shift, view.getUint8(i));
  }
}
