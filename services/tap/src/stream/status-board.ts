// The list that Watch shows: a row a wanted stream, in the order in which they were opened.
// Invariants: a row is there exactly while its stream is wanted; a list is published only when it differs.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import type { StatusWithReason, StreamStatus } from './status.ts';

/** One stream as the application sees it. */
export interface StreamRow {
  readonly stream: StreamName;
  readonly status: StreamStatus;
  /** Why it is not open; '' when it is. */
  readonly reason: string;
  /** When the status became what it is; wall clock, for display. */
  readonly sinceUnixMs: number;
}

/** Written by the loops, read by any number of watchers. */
export class StatusBoard implements Disposable {
  /** The newest list, frozen. */
  readonly rows: Latest<readonly StreamRow[]> = new Latest<readonly StreamRow[]>([]);
  readonly #clock: Clock;
  readonly #byKey = new Map<string, StreamRow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The row of a stream, at the end of the list when it has none. The same again publishes nothing. */
  set(stream: StreamName, { status, reason }: StatusWithReason): void {
    const key = streamKey(stream);
    const before = this.#byKey.get(key);
    if (before?.status === status && before.reason === reason) return;
    const sinceUnixMs =
      before?.status === status ? before.sinceUnixMs : Number(this.#clock.now() / 1_000_000n);
    this.#byKey.set(key, Object.freeze({ stream, status, reason, sinceUnixMs }));
    this.#publish();
  }

  /** The stream is not wanted any more: it is on no list from here on. */
  delete(stream: StreamName): void {
    if (this.#byKey.delete(streamKey(stream))) this.#publish();
  }

  /** Watchers get the last list, and end. */
  [Symbol.dispose](): void {
    this.rows[Symbol.dispose]();
  }

  #publish(): void {
    this.rows.set(Object.freeze([...this.#byKey.values()]));
  }
}
