// A stream as nsp.v1 says it.

import { defaultMaxTargets, mostTargets } from '@syncline/trench/max-targets.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { type StreamMessage, streamNameOf } from '@syncline/trench/wire-name.ts';
import { RowError } from '../row-error.ts';

export interface StreamRow extends StreamMessage {
  /** 0 when the server does not know the field. */
  readonly maxTargets: number;
}

/** A stream that can have a table. */
export interface StreamSpec {
  readonly name: StreamName;
  readonly maxTargets: number;
}

/** Throws RowError for max-targets above 10,000, MissingParentError without a conduit or trench. */
export function readStream(row: StreamRow): StreamSpec {
  if (row.maxTargets > mostTargets) {
    throw new RowError('max-targets', `max-targets ${row.maxTargets}: not 1 to ${mostTargets}`);
  }
  return { name: streamNameOf(row), maxTargets: row.maxTargets || defaultMaxTargets };
}
