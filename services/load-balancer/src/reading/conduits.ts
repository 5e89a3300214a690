// Which conduits there are.

import { conduitKey } from '@syncline/trench/stream-name.ts';
import { type ConduitMessage, conduitNameOf } from '@syncline/trench/wire-name.ts';
import { conduitText } from '../row-name.ts';
import { eachRow, type Reader } from './reading.ts';

/** The conduits, by conduitKey. */
export function* readConduits(rows: readonly ConduitMessage[]): Reader<ReadonlySet<string>> {
  const value = new Set<string>();
  const refused = yield* eachRow(rows, conduitText, (row) => void value.add(conduitKey(conduitNameOf(row))));
  return { value, refused };
}
