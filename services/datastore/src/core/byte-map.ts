// Byte strings → small dense ids, without a JavaScript object for any of them. The bytes lie in an arena,
// the ids in an open-addressing table, so a million paths cost their bytes and about 20 more each.
// Invariant: an id names the same bytes until it is removed; removed ids are handed out again.
import { grown } from './columns.ts';
import { absent, SlotTable } from './slot-table.ts';

const segmentBytes = 1 << 20;

/** Hashes view[start, end), four bytes a step. */
function hashBytes(view: DataView, start: number, end: number): number {
  let h = (end - start) ^ 0x9e3779b9;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0x85ebca6b);
    h ^= h >>> 15;
  }
  for (; i < end; i++) h = Math.imul(h ^ view.getUint8(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 13);
}

/** The longest key, in bytes: one segment of the arena. */
export const maxKeyBytes = segmentBytes;

export class ByteMap {
  #table: SlotTable = new SlotTable();
  #segment: Uint32Array = new Uint32Array(512);
  #offset: Uint32Array = new Uint32Array(512);
  #length: Int32Array = new Int32Array(512);
  #segments: Uint8Array[] = [];
  /** The same memory as #segments: reading four bytes at once costs a third of reading four times one. */
  #views: DataView[] = [];
  /** The buffer that was asked about last, and its view: all paths of a batch lie in one. It lives until the next. */
  #asked: Uint8Array = new Uint8Array(0);
  #askedView: DataView = new DataView(new ArrayBuffer(0));
  #tail = 0;
  #deadBytes = 0;
  #liveBytes = 0;
  #next = 0;
  #free: number[] = [];

  /** How many keys are present. */
  get size(): number {
    return this.#table.size;
  }

  /** Bytes of the keys that are present. */
  get heldBytes(): number {
    return this.#liveBytes;
  }

  /** One more than the largest id handed out so far. */
  get bound(): number {
    return this.#next;
  }

  /** The id of buf[start, end), or -1. */
  find(buf: Uint8Array, start: number, end: number): number {
    const view = this.#viewOf(buf);
    const hash = hashBytes(view, start, end);
    const table = this.#table;
    for (let slot = table.first(hash); ; slot = table.after(slot)) {
      const id = table.at(slot);
      if (id === absent) return -1;
      if (table.hash(id) === hash && this.#equals(id, view, start, end)) return id;
    }
  }

  /** The id of buf[start, end), which is copied in when it is new. The key is at most maxKeyBytes long. */
  intern(buf: Uint8Array, start: number, end: number): number {
    const known = this.find(buf, start, end);
    return known >= 0 ? known : this.#insert(this.#free.pop() ?? this.#next++, buf, start, end);
  }

  /** Puts an absent key under an id of the caller's choice, which must be unused. For loading from disk. */
  put(id: number, buf: Uint8Array, start: number, end: number): void {
    for (; this.#next < id; this.#next++) this.#free.push(this.#next);
    if (id === this.#next) this.#next++;
    else this.#free.splice(this.#free.lastIndexOf(id), 1);
    this.#insert(id, buf, start, end);
  }

  /** The arena segment that holds the bytes of `id`; see start() and length(). */
  bytes(id: number): Uint8Array {
    return this.#segments[this.#segment[id] as number] as Uint8Array;
  }

  /** Where the bytes of `id` begin in bytes(id). */
  start(id: number): number {
    return this.#offset[id] as number;
  }

  /** How many bytes `id` has. */
  length(id: number): number {
    return this.#length[id] as number;
  }

  /** A view of the bytes of `id`; it is valid until the next remove(). */
  view(id: number): Uint8Array {
    const start = this.start(id);
    return this.bytes(id).subarray(start, start + this.length(id));
  }

  /** Forgets `id`, which must be present. */
  remove(id: number): void {
    this.#table.remove(id);
    this.#liveBytes -= this.#length[id] as number;
    this.#deadBytes += this.#length[id] as number;
    this.#length[id] = -1;
    this.#free.push(id);
    if (this.#deadBytes > segmentBytes && this.#deadBytes > this.#liveBytes) this.#compact();
  }

  /** Forgets everything. */
  clear(): void {
    this.#table.clear();
    this.#segments = [];
    this.#views = [];
    this.#tail = this.#deadBytes = this.#liveBytes = this.#next = 0;
    this.#free = [];
  }

  #insert(id: number, buf: Uint8Array, start: number, end: number): number {
    if (id >= this.#segment.length) {
      this.#segment = grown(this.#segment, id + 1);
      this.#offset = grown(this.#offset, id + 1);
      this.#length = grown(this.#length, id + 1);
    }
    this.#append(id, buf, start, end);
    this.#table.add(id, hashBytes(this.#viewOf(buf), start, end));
    return id;
  }

  #append(id: number, buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > maxKeyBytes) throw new RangeError(`a key has ${length} bytes, at most ${maxKeyBytes} fit`);
    const bytes = this.#room(length);
    const segment = this.#segments.length - 1;
    let at = this.#tail;
    this.#segment[id] = segment;
    this.#offset[id] = at;
    this.#length[id] = length;
    for (let i = start; i < end; i++) bytes[at++] = buf[i] as number;
    this.#tail = at;
    this.#liveBytes += length;
  }

  /** The last segment, with room for `length` bytes at the tail. The first ones are small: most maps stay small. */
  #room(length: number): Uint8Array {
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#tail + length <= last.length) return last;
    const size = Math.min(segmentBytes, Math.max(4096 * 2 ** this.#segments.length, length));
    const segment = new Uint8Array(size);
    this.#segments.push(segment);
    this.#views.push(new DataView(segment.buffer));
    this.#tail = 0;
    return segment;
  }

  #compact(): void {
    const segments = this.#segments;
    this.#segments = [];
    this.#views = [];
    this.#tail = this.#deadBytes = this.#liveBytes = 0;
    for (let id = 0; id < this.#next; id++) {
      const length = this.#length[id] as number;
      if (length < 0) continue;
      const start = this.#offset[id] as number;
      this.#append(id, segments[this.#segment[id] as number] as Uint8Array, start, start + length);
    }
  }

  #viewOf(buf: Uint8Array): DataView {
    if (buf !== this.#asked) {
      this.#asked = buf;
      this.#askedView = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    return this.#askedView;
  }

  #equals(id: number, view: DataView, start: number, end: number): boolean {
    if (this.#length[id] !== end - start) return false;
    const bytes = this.#views[this.#segment[id] as number] as DataView;
    let at = this.#offset[id] as number;
    let i = start;
    for (; i + 4 <= end; i += 4, at += 4) if (bytes.getInt32(at) !== view.getInt32(i)) return false;
    for (; i < end; i++, at++) if (bytes.getUint8(at) !== view.getUint8(i)) return false;
    return true;
  }
}
