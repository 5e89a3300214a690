// What a value says: which update this is and when it was sent. Updates are numbered from 0 and go round the leaves,
// so update s is for leaf s mod leaves, and the number of updates sent tells every leaf's last value.
// A stamp always takes nine bytes as a varint (bit 62 is set), so messages encoded beforehand are patched in place.

/** Bytes of a stamp. */
export const stampBytes = 9;

/** Numbers of updates are smaller. */
export const mostUpdates = 2 ** 30;

const always = 0x40000000;

/** Milliseconds on the clock that all processes of this machine share; only differences mean something. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** A time of monotonicMs as stamps have it: microseconds, modulo 2^32. */
export function stampTime(ms: number): number {
  return Math.floor(ms * 1e3) % 2 ** 32;
}

/** Microseconds between two stamp times that are less than an hour apart. */
export function elapsedUs(from: number, to: number): number {
  return (to - from) >>> 0;
}

/** Writes update `seq`, sent at `time`, over the nine bytes at `at`. */
export function writeStamp(into: Uint8Array, at: number, seq: number, time: number): void {
  writeNineBytes(into, at, always | seq, time);
}

/** Writes a 63-bit number, given as two halves of which `high` is at least 2^24, as a varint. */
export function writeNineBytes(into: Uint8Array, at: number, high: number, low: number): void {
  into[at] = (low & 0x7f) | 0x80;
  into[at + 1] = ((low >>> 7) & 0x7f) | 0x80;
  into[at + 2] = ((low >>> 14) & 0x7f) | 0x80;
  into[at + 3] = ((low >>> 21) & 0x7f) | 0x80;
  into[at + 4] = (low >>> 28) | ((high & 7) << 4) | 0x80;
  into[at + 5] = ((high >>> 3) & 0x7f) | 0x80;
  into[at + 6] = ((high >>> 10) & 0x7f) | 0x80;
  into[at + 7] = ((high >>> 17) & 0x7f) | 0x80;
  into[at + 8] = (high >>> 24) & 0x7f;
}

/** Which update a stamp at `at` is of. */
export function stampSeq(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at + 4] as number) & 0x7f) >>> 4) |
    (((bytes[at + 5] as number) & 0x7f) << 3) |
    (((bytes[at + 6] as number) & 0x7f) << 10) |
    (((bytes[at + 7] as number) & 0x7f) << 17) |
    (((bytes[at + 8] as number) & 0x3f) << 24)
  );
}

/** When the update of the stamp at `at` was sent. */
export function stampSent(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) & 0x7f) |
      (((bytes[at + 1] as number) & 0x7f) << 7) |
      (((bytes[at + 2] as number) & 0x7f) << 14) |
      (((bytes[at + 3] as number) & 0x7f) << 21) |
      (((bytes[at + 4] as number) & 0x0f) << 28)) >>>
    0
  );
}

/** The last update of a leaf when `sent` were sent, or -1 when it had none. */
export function lastSeq(leaf: number, leaves: number, sent: number): number {
  if (sent <= leaf) return -1;
  return leaf + Math.floor((sent - 1 - leaf) / leaves) * leaves;
}
