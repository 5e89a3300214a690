// Which streams there are, as far as there is room for their tables.

import { streamKey } from '@syncline/trench/stream-name.ts';
import { tableSize } from '../maglev/prime.ts';
import { RowError } from '../row-error.ts';
import { looseName, streamText } from '../row-name.ts';
import { readStream, type StreamRow, type StreamSpec } from '../stream/stream-row.ts';
import { eachRow, type Reader } from './reading.ts';

/**
 * The streams by streamKey, in the order of trench, conduit and name. Those whose tables do not fit into `maxSlots`
 * slots are refused, the last in that order.
 */
export function* readStreams(
  rows: readonly StreamRow[],
  maxSlots: number,
): Reader<ReadonlyMap<string, StreamSpec>> {
  const value = new Map<string, StreamSpec>();
  let taken = 0;
  const refused = yield* eachRow(inOrder(rows), streamText, (row) => {
    const spec = readStream(row);
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
