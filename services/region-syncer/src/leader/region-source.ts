// The regions that one stream sends: all of them, or what changed, as of one moment. It holds the capture, the place
// among those that are sent, and the log after it. Invariant: nothing is given before everything it shows is durable.

import type { ChunkBounds } from '../log/chunk.ts';
import type { Capture } from '../regions/capture.ts';
import { IdList } from '../regions/id-list.ts';
import { joined } from '../regions/uint64.ts';
import type { Pin } from '../replica/pins.ts';
import type { Replica } from '../replica/replica.ts';
import type { Place } from './places.ts';

/** What regions are captured from. */
export type CapturedReplica = Pick<
  Replica,
  'capture' | 'captureSince' | 'deltaFloor' | 'pin' | 'whenDurable'
>;

/** What is asked for. */
export type CaptureWish = { readonly tier: 'snapshot' } | { readonly tier: 'delta'; readonly from: number };

/** Disposing it, also before it is complete, lets go of everything but the log, which `pin` keeps. */
export class RegionSource implements Disposable {
  readonly tier: 'snapshot' | 'delta';
  /** The regions are those of all records before it. */
  readonly position: number;
  readonly pin: Pin;
  readonly #place: Place;
  readonly #capture: Capture;
  readonly #removed: IdList;
  #idsGiven = 0;

  /**
   * Captures once everything the capture shows is durable. A delta that can no longer be told becomes a snapshot. The
   * place is its own from now on, also when it rejects, with the signal's reason.
   */
  static async open(
    replica: CapturedReplica,
    wish: CaptureWish,
    place: Place,
    signal: AbortSignal,
  ): Promise<RegionSource> {
    using undo = new DisposableStack();
    undo.use(place);
    const source = undo.use(new RegionSource(replica, wish, place));
    undo.use(source.pin);
    await replica.whenDurable(source.position, signal);
    undo.move();
    return source;
  }

  private constructor(replica: CapturedReplica, wish: CaptureWish, place: Place) {
    if (wish.tier === 'delta' && wish.from >= replica.deltaFloor) {
      const { capture, position, removed } = replica.captureSince(wish.from);
      this.tier = 'delta';
      this.#capture = capture;
      this.position = position;
      this.#removed = removed;
    } else {
      const { capture, position } = replica.capture();
      this.tier = 'snapshot';
      this.#capture = capture;
      this.position = position;
      this.#removed = new IdList();
    }
    this.#place = place;
    this.pin = replica.pin(this.position);
  }

  /** How many regions it has. */
  get total(): number {
    return this.#capture.count;
  }

  /** How many ids of regions that went. */
  get removed(): number {
    return this.#removed.length;
  }

  /** At most `most` of the ids that were not given, none at the end. */
  ids(most: number): BigUint64Array {
    const count = Math.min(most, this.removed - this.#idsGiven);
    const ids = BigUint64Array.from({ length: count }, (_, i) =>
      joined(this.#removed.lo(this.#idsGiven + i), this.#removed.hi(this.#idsGiven + i)),
    );
    this.#idsGiven += count;
    return ids;
  }

  /** Chooses the next run; see Capture.next. Gives how many regions it has. */
  next({ bytes, records }: ChunkBounds): number {
    return this.#capture.next(bytes, records);
  }

  /** Bytes of the run that next() chose. */
  get runBytes(): number {
    return this.#capture.runBytes;
  }

  /** Writes that run to `target` at `at`. */
  fill(target: Uint8Array, at: number): void {
    this.#capture.fill(target, at);
  }

  [Symbol.dispose](): void {
    this.#capture[Symbol.dispose]();
    this.#place[Symbol.dispose]();
  }
}
