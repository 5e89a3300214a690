// The records that one stream sends next, from memory or, when they have left it, from disk.
// Invariant: one read is in flight at the most, and what it brought is at most `ahead` frames, which share their memory:
// it is held until the last of them is sent.

import { type Chunk, type ChunkBounds, endOf } from '../log/chunk.ts';
import type { Replica } from '../replica/replica.ts';

/** What follows a position, or why there is nothing to send now. */
export type Records =
  | Chunk
  /** Being read: `ready` is called when it is there. */
  | 'reading'
  /** Nothing follows yet. */
  | 'caught up'
  /** It is no longer kept. */
  | 'gone';

/** What a source reads. */
export type RecordLog = Pick<Replica, 'read' | 'readLog'>;

/** How much is taken at a time. */
export interface RecordBounds {
  /** Of one chunk. */
  readonly frame: ChunkBounds;
  /** How many of them are read from disk at once. */
  readonly ahead: number;
}

export class RecordSource {
  readonly #log: RecordLog;
  readonly #bounds: RecordBounds;
  readonly #ready: () => void;
  readonly #failed: (error: unknown) => void;
  /** Read from disk and not asked for yet. */
  #chunks: Chunk[] = [];
  /** The position that #chunks begins with. */
  #at = 0;
  #isReading = false;
  /** What disk has told of #at. */
  #isGone = false;

  /** `ready` is called after a read, `failed` with what the disk refused. */
  constructor(log: RecordLog, bounds: RecordBounds, ready: () => void, failed: (error: unknown) => void) {
    this.#log = log;
    this.#bounds = bounds;
    this.#ready = ready;
    this.#failed = failed;
  }

  /** The records from `position` on. To be asked for another position only when these were taken. */
  next(position: number): Records {
    if (this.#isReading) return 'reading';
    if (position !== this.#at) {
      this.#at = position;
      this.#chunks = [];
      this.#isGone = false;
    }
    if (this.#isGone) return 'gone';
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#at = endOf(chunk);
      if (this.#chunks.length === 0) this.#readAhead();
      return chunk;
    }
    const read = this.#log.read(position, this.#bounds.frame);
    if (read !== 'older') return read;
    this.#read();
    return 'reading';
  }

  /** The disk works on while what it brought is sent. */
  #readAhead(): void {
    if (this.#log.read(this.#at, this.#bounds.frame) === 'older') this.#read();
  }

  #read(): void {
    const { frame, ahead } = this.#bounds;
    this.#isReading = true;
    const limit = { records: frame.records * ahead, bytes: frame.bytes * ahead };
    this.#log.readLog(this.#at, limit).then(
      (read) => {
        this.#isReading = false;
        if (read === 'gone') this.#isGone = true;
        else this.#chunks = [...read];
        this.#ready();
      },
      (error: unknown) => {
        this.#isReading = false;
        this.#failed(error);
      },
    );
  }
}
