// Which targets each stream has.

import { streamKey } from '@syncline/trench/stream-name.ts';
import { type Refused, RowError } from '../row-error.ts';
import { looseName, targetText } from '../row-name.ts';
import type { StreamSpec } from '../stream/stream-row.ts';
import type { Targets } from '../stream/stream-table.ts';
import { readTarget, type Target, type TargetRow } from '../stream/target.ts';
import { eachRow, type Reader } from './reading.ts';

/** The targets of each of `streams`, by streamKey. Of two with one identifier the last in the list counts. */
export function* readTargets(
  rows: readonly TargetRow[],
  streams: ReadonlyMap<string, StreamSpec>,
): Reader<ReadonlyMap<string, Targets>> {
  const value = new Map(Array.from(streams.keys(), (key) => [key, new Map<number, Target>()]));
  const replaced: Refused[] = [];
  const refused = yield* eachRow(rows, targetText, (row) => {
    const key = streamKey(looseName(row.stream));
    const stream = streams.get(key);
    const targets = value.get(key);
    if (stream === undefined || targets === undefined) {
      throw new RowError('stream', 'the NSP knows no such stream');
    }
    const target = readTarget(row, stream.maxTargets);
    const before = targets.get(target.identifier);
    if (before !== undefined) {
      const reason = `identifier ${target.identifier} is also that of ${target.ips.join(';')}, which comes later`;
      replaced.push({ row: targetText({ ...row, ips: before.ips }), field: 'duplicate', reason });
    }
    targets.set(target.identifier, target);
  });
  return { value, refused: [...refused, ...replaced] };
}
