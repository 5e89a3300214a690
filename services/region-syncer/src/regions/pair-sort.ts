// Sorts numbers that stand for something by keys of 64 bits: a radix sort, byte by byte from the last one, which leaves
// out the bytes that all keys have in common. It stops after each bounded piece, so that a million keys do not hold
// the main loop. Stable: equal keys stay in the order they had.

/** How many elements are moved between two stops: some tenths of a millisecond. */
const pieceElements = 1 << 14;

/** The keys, as two unsigned halves, and what they stand for: three arrays of equal length, side by side. */
class Pairs {
  readonly hi: Uint32Array;
  readonly lo: Uint32Array;
  readonly value: Int32Array;

  constructor(length: number) {
    this.hi = new Uint32Array(length);
    this.lo = new Uint32Array(length);
    this.value = new Int32Array(length);
  }
}

export class PairSort {
  #at: Pairs;
  #spare: Pairs;
  #ends: Uint32Array = new Uint32Array(256);
  #work = 0;

  /** Has room for `length` elements, at 24 bytes each. */
  constructor(length: number) {
    this.#at = new Pairs(length);
    this.#spare = new Pairs(length);
  }

  /** Sets element `i`. */
  set(i: number, hi: number, lo: number, value: number): void {
    this.#at.hi[i] = hi;
    this.#at.lo[i] = lo;
    this.#at.value[i] = value;
  }

  /** Copies what the keys of the first elements stand for, as many as `into` has room for. */
  copyTo(into: Int32Array): void {
    into.set(this.#at.value.subarray(0, into.length));
  }

  /** The lower half of the key of element `i`. */
  lo(i: number): number {
    return this.#at.lo[i] as number;
  }

  /** Whether the elements `i` and `j` have the same key. */
  isEqual(i: number, j: number): boolean {
    const { hi, lo } = this.#at;
    return hi[i] === hi[j] && lo[i] === lo[j];
  }

  /** Sorts the elements 0 to `count`. */
  *sort(count: number): Generator<void, void> {
    const { hi, lo } = this.#at;
    let variesHi = 0;
    let variesLo = 0;
    for (let i = 0; i < count; i++) {
      variesHi |= (hi[i] as number) ^ (hi[0] as number);
      variesLo |= (lo[i] as number) ^ (lo[0] as number);
    }
    for (let shift = 0; shift < 32; shift += 8) {
      if (((variesLo >>> shift) & 0xff) !== 0) yield* this.#pass(count, 'lo', shift);
    }
    for (let shift = 0; shift < 32; shift += 8) {
      if (((variesHi >>> shift) & 0xff) !== 0) yield* this.#pass(count, 'hi', shift);
    }
  }

  *#pass(count: number, half: 'hi' | 'lo', shift: number): Generator<void, void> {
    const ends = this.#ends.fill(0);
    const from = this.#at;
    const to = this.#spare;
    for (let i = 0; i < count; i += pieceElements) {
      countDigits(from[half], i, Math.min(count, i + pieceElements), shift, ends);
    }
    let sum = 0;
    for (let digit = 0; digit < 256; digit++) {
      const n = ends[digit] as number;
      ends[digit] = sum;
      sum += n;
    }
    for (let i = 0; i < count; i += pieceElements) {
      const end = Math.min(count, i + pieceElements);
      move(from, to, from[half], i, end, shift, ends);
      this.#work += end - i;
      if (this.#work < pieceElements) continue;
      this.#work = 0;
      yield;
    }
    this.#at = to;
    this.#spare = from;
  }
}

function countDigits(half: Uint32Array, from: number, to: number, shift: number, into: Uint32Array): void {
  for (let i = from; i < to; i++) {
    const digit = ((half[i] as number) >>> shift) & 0xff;
    into[digit] = (into[digit] as number) + 1;
  }
}

/** Moves elements to where the next one of their digit belongs. */
function move(
  from: Pairs,
  to: Pairs,
  half: Uint32Array,
  start: number,
  end: number,
  shift: number,
  next: Uint32Array,
): void {
  for (let i = start; i < end; i++) {
    const digit = ((half[i] as number) >>> shift) & 0xff;
    const at = next[digit] as number;
    next[digit] = at + 1;
    to.hi[at] = from.hi[i] as number;
    to.lo[at] = from.lo[i] as number;
    to.value[at] = from.value[i] as number;
  }
}
