// google.protobuf.Duration and milliseconds.

import type { Duration } from '@syncline/proto/google/protobuf/duration.ts';

/** A duration of whole or fractional milliseconds. */
export function toDuration(ms: number): Duration {
  const seconds = Math.trunc(ms / 1_000);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}

/** The milliseconds of a duration. */
export function fromDuration({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1_000 + nanos / 1e6;
}
