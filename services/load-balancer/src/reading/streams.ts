// Which streams there are, as far as there is room for their tables.

import { streamKey } from '@syncline/trench/stream-name.ts';
import { tableSize } from '../maglev/prime.ts';
import { RowError } from '../row-error.ts';
import { looseName, streamText } from '../row-name.ts';
import { readStream, type StreamRow, type StreamSpec } from '../stream/stream-row.ts';
import { eachRow, type Reader } from './reading.ts';

/** How many streams there may be, and how many slots their tables may have together. */
export interface StreamLimits {
  readonly maxStreams: number;
  readonly maxSlots: number;
}

/** The streams by streamKey, in the order of trench, conduit and name; the last that are beyond a limit are refused. */
export function* readStreams(
  rows: readonly StreamRow[],
  { maxStreams, maxSlots }: StreamLimits,
): Reader<ReadonlyMap<string, StreamSpec>> {
  const value = new Map<string, StreamSpec>();
  let taken = 0;
  const refused = yield* eachRow(inOrder(rows), streamText, (row) => {
    const spec = readStream(row);
    if (value.size === maxStreams) {
      throw new RowError(
        'bound',
        `there are more streams than SYNCLINE_LOAD_BALANCER_MAX_STREAMS=${maxStreams}`,
      );
    }
    const size = tableSize(spec.maxTargets);
    if (taken + size > maxSlots) {
      const room = `${taken} of SYNCLINE_LOAD_BALANCER_MAX_SLOTS=${maxSlots} are taken`;
      throw new RowError('bound', `its table of ${size} slots does not fit: ${room}`);
    }
    taken += size;
    value.set(streamKey(spec.name), spec);
  });
  return { value, refused };
}

function inOrder(rows: readonly StreamRow[]): readonly StreamRow[] {
  const keyed = rows.map((row) => ({ row, key: streamKey(looseName(row)) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}
