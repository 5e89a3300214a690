// Memory for values: small byte strings in size classes, so that replacing a value of a million leaves
// leaves no garbage behind. Invariant: a block belongs to one owner until it is freed, once.

const segmentBytes = 1 << 20;
/** Segments begin small and double, since most slabs hold little. The first one has room for the largest class. */
const firstSegmentBytes = 1 << 16;
const unit = 8;
const unitsPerSegment = segmentBytes / unit;
const classes = [
  8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096, 8192, 16384, 65536,
];
const largest = 65536;

/** For every rounded-up length in units, the class that holds it. */
const classOfUnits = new Uint8Array(largest / unit + 1);
for (let units = 0, c = 0; units < classOfUnits.length; units++) {
  while ((classes[c] as number) < units * unit) c++;
  classOfUnits[units] = c;
}

/** So many segments that every block has a name of 32 bits, and 0xffffffff names none. */
const mostSegments = 2 ** 32 / unitsPerSegment - 1;

/** All names of blocks are taken: 32 GiB of values, or 32,767 values of more than 64 KiB each. */
export class SlabFullError extends Error {
  override name = 'SlabFullError';

  constructor() {
    super(`there is no room for a further value: ${mostSegments} segments are in use`);
  }
}

/** A block's name: a 32-bit number that the caller keeps together with the length it asked for. */
export type Block = number;

export class Slab {
  #segments: (Uint8Array | undefined)[] = [];
  #free: Block[][] = classes.map(() => []);
  #freeSegments: number[] = [];
  #tail = 0;
  #tailSegment = -1;
  #tailBytes = 0;
  #used = 0;

  /** Bytes of values that are held now. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Copies buf[start, end) in. Throws SlabFullError. */
  store(buf: Uint8Array, start: number, end: number): Block {
    const length = end - start;
    const block = this.#allocate(length);
    this.#used += length;
    const to = this.#segments[(block / unitsPerSegment) | 0] as Uint8Array;
    let at = (block % unitsPerSegment) * unit;
    if (length > 64) to.set(buf.subarray(start, end), at);
    else for (let i = start; i < end; i++) to[at++] = buf[i] as number;
    return block;
  }

  /** The memory that `block` lies in; it begins at start(block). */
  bytes(block: Block): Uint8Array {
    return this.#segments[(block / unitsPerSegment) | 0] as Uint8Array;
  }

  /** Where `block` begins in bytes(block). */
  start(block: Block): number {
    return (block % unitsPerSegment) * unit;
  }

  /** A view of the `length` bytes of `block`; valid until it is freed. */
  view(block: Block, length: number): Uint8Array {
    const start = this.start(block);
    return this.bytes(block).subarray(start, start + length);
  }

  /** True when `block` holds exactly buf[start, end). */
  equals(block: Block, length: number, buf: Uint8Array, start: number, end: number): boolean {
    if (end - start !== length) return false;
    const bytes = this.bytes(block);
    const at = this.start(block);
    for (let i = 0; i < length; i++) if (bytes[at + i] !== buf[start + i]) return false;
    return true;
  }

  /** Gives back a block that was stored with `length` bytes. */
  free(block: Block, length: number): void {
    this.#used -= length;
    if (length > largest) {
      const segment = (block / unitsPerSegment) | 0;
      this.#segments[segment] = undefined;
      this.#freeSegments.push(segment);
      return;
    }
    (this.#free[classOfUnits[(length + unit - 1) >>> 3] as number] as Block[]).push(block);
  }

  #allocate(length: number): Block {
    if (length > largest) return this.#openSegment(length) * unitsPerSegment;
    const c = classOfUnits[(length + unit - 1) >>> 3] as number;
    const reused = (this.#free[c] as Block[]).pop();
    if (reused !== undefined) return reused;
    const size = classes[c] as number;
    if (this.#tail + size > this.#tailBytes) {
      this.#tailBytes = Math.min(segmentBytes, Math.max(firstSegmentBytes, 2 * this.#tailBytes));
      this.#tailSegment = this.#openSegment(this.#tailBytes);
      this.#tail = 0;
    }
    const block = this.#tailSegment * unitsPerSegment + this.#tail / unit;
    this.#tail += size;
    return block;
  }

  #openSegment(bytes: number): number {
    const index = this.#freeSegments.pop() ?? this.#segments.length;
    if (index >= mostSegments) throw new SlabFullError();
    this.#segments[index] = new Uint8Array(bytes);
    return index;
  }
}
