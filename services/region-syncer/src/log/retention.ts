// Which spans of the log on disk may go. The generation needs what follows it, readers pin what they have still to
// read, and what is kept beyond that is bounded by records and bytes.
// Invariant: nothing above the generation's index ever goes; a pin holds only as long as its budget lasts.

/** Neighbouring records on disk that are dropped together: from `first` up to, but not including, `next`. */
export interface Span {
  readonly first: number;
  readonly next: number;
  readonly records: number;
  readonly bytes: number;
}

export interface Retention {
  /** How many records are kept for followers that come back. */
  readonly records: number;
  /** How many bytes are. */
  readonly bytes: number;
  /** How many bytes more the readers of running snapshots may keep. */
  readonly pinnedBytes: number;
}

export interface TrimPlan {
  /** How many of the oldest spans go. */
  readonly drop: number;
  /** The pins that could not be honoured: what follows them is no longer there. */
  readonly refused: readonly number[];
}

/**
 * What of `spans` (oldest first; the last is still written to and stays) goes. `generation` is the index that a restart
 * replays from, 0 when there is none; `pins` are positions of readers.
 */
export function planTrim(
  spans: readonly Span[],
  retention: Retention,
  generation: number,
  pins: readonly number[],
): TrimPlan {
  let records = spans.reduce((sum, span) => sum + span.records, 0);
  let bytes = spans.reduce((sum, span) => sum + span.bytes, 0);
  const oldestPin = Math.min(...pins);
  let drop = 0;
  let dropped = 0;
  for (const span of spans.slice(0, -1)) {
    if (records <= retention.records && bytes <= retention.bytes) break;
    if (span.next > generation) break;
    if (span.next > oldestPin && bytes <= retention.bytes + retention.pinnedBytes) break;
    drop += 1;
    dropped = span.next;
    records -= span.records;
    bytes -= span.bytes;
  }
  return { drop, refused: pins.filter((pin) => pin < dropped) };
}
