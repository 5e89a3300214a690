// One update of every leaf as gRPC-framed SubscribeResponses, encoded once; sending a round is a copy and a patch of
// each value and timestamp. Each notification has a timestamp of its own, later than all before it: a collector drops
// what is not newer, and a datastore joins what is of the same time.

import { frame } from '@syncline/rpc/frame.ts';
import type { LeafPaths } from '../workload/leaf-paths.ts';
import { monotonicMs, stampBytes, stampTime, writeNineBytes, writeStamp } from '../workload/stamp.ts';

/** Notifications that are ready to be sent. */
export interface Chunk {
  readonly frames: Uint8Array;
  /** The number of the update after the last of these. */
  readonly next: number;
}

/** The rounds of updates over all leaves, one after the other. */
export class Rounds {
  readonly leaves: number;
  readonly perNotification: number;
  readonly #encoded: Buffer;
  readonly #frameStarts: number[] = [];
  readonly #timeOffsets: number[] = [];
  readonly #valueOffsets: Uint32Array;
  #lastTimeNs = 0n;

  /** `perNotification` divides the number of leaves. */
  constructor(paths: LeafPaths, perNotification: number) {
    if (paths.count % perNotification !== 0) {
      throw new RangeError(`${paths.count} leaves do not divide into notifications of ${perNotification}`);
    }
    this.leaves = paths.count;
    this.perNotification = perNotification;
    this.#valueOffsets = new Uint32Array(paths.count);
    const frames: Buffer[] = [];
    let at = 0;
    for (let leaf = 0; leaf < paths.count; leaf += perNotification) {
      const { bytes, time, values } = notification(paths, leaf, perNotification);
      this.#frameStarts.push(at);
      this.#timeOffsets.push(at + time);
      this.#valueOffsets.set(
        values.map((offset) => at + offset),
        leaf,
      );
      frames.push(bytes);
      at += bytes.length;
    }
    this.#frameStarts.push(at);
    this.#encoded = Buffer.concat(frames);
  }

  /**
   * The notifications from update `seq` on, which is the first of one: at most `notifications`, and no more than its
   * round has left. Stamped with the present time.
   */
  chunk(seq: number, notifications: number): Chunk {
    const first = (seq % this.leaves) / this.perNotification;
    const last = Math.min(first + notifications, this.#timeOffsets.length);
    const start = this.#frameStarts[first] ?? 0;
    const frames = new Uint8Array(this.#encoded.subarray(start, this.#frameStarts[last]));
    this.#stampTimes(frames, start, first, last);
    const time = stampTime(monotonicMs());
    const firstLeaf = first * this.perNotification;
    const updates = (last - first) * this.perNotification;
    for (let index = 0; index < updates; index++) {
      const offset = (this.#valueOffsets[firstLeaf + index] as number) - start;
      writeStamp(frames, offset, seq + index, time);
    }
    return { frames, next: seq + updates };
  }

  #stampTimes(frames: Uint8Array, start: number, first: number, last: number): void {
    const now = BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1e3)) * 1000n;
    const begin = now > this.#lastTimeNs ? now : this.#lastTimeNs + 1n;
    this.#lastTimeNs = begin + BigInt(last - first);
    let high = Number(begin >> 32n);
    let low = Number(begin & 0xffffffffn);
    for (let index = first; index < last; index++) {
      writeNineBytes(frames, (this.#timeOffsets[index] as number) - start, high, low);
      low = (low + 1) >>> 0;
      if (low === 0) high++;
    }
  }
}

/** One framed message with the offsets of its timestamp and of each value. */
function notification(paths: LeafPaths, first: number, count: number) {
  const updates: Buffer[] = [];
  const values: number[] = [];
  const stamp = Buffer.alloc(stampBytes);
  const time = Buffer.concat([Buffer.from([0x08]), stamp]);
  let at = time.length;
  for (let leaf = first; leaf < first + count; leaf++) {
    const path = paths.path(leaf);
    // Update { path = 1, val = 3 { uint_val = 3 } }, shorter than 128 bytes.
    const update = Buffer.concat([
      Buffer.from([0x0a, path.length]),
      path,
      Buffer.from([0x1a, 1 + stampBytes, 0x18]),
      stamp,
    ]);
    updates.push(Buffer.from([0x22, update.length]), update);
    at += 2 + update.length;
    values.push(at - stampBytes);
  }
  const content = Buffer.concat([time, ...updates], at);
  const bytes = frame(Buffer.concat([Buffer.from([0x0a]), varint(content.length), content]));
  const start = bytes.length - content.length;
  return { bytes, time: start + 1, values: values.map((offset) => start + offset) };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
