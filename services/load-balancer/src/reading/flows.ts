// Which flows each conduit has.

import { conduitKey } from '@syncline/trench/stream-name.ts';
import { Classifier, firstToWin } from '../flow/classifier.ts';
import { type Flow, type FlowRow, readFlow } from '../flow/flow.ts';
import { RowError } from '../row-error.ts';
import { flowText } from '../row-name.ts';
import { eachRow, type Reader } from './reading.ts';

/** The flows of each conduit, by conduitKey. Of more than `maxFlows`, those of the lowest priorities are refused. */
export function* readFlows(
  rows: readonly FlowRow[],
  maxFlows: number,
): Reader<ReadonlyMap<string, Classifier>> {
  const flows: Flow[] = [];
  const refused = yield* eachRow(rows.toSorted(firstToWin), flowText, (row) => {
    const flow = readFlow(row);
    if (flows.length === maxFlows) {
      throw new RowError('bound', `there are more flows than SYNCLINE_LOAD_BALANCER_MAX_FLOWS=${maxFlows}`);
    }
    flows.push(flow);
  });
  const value = new Map<string, Classifier>();
  for (const [key, ofConduit] of Map.groupBy(flows, ({ stream }) => conduitKey(stream))) {
    value.set(key, yield* Classifier.indexing(ofConduit));
  }
  return { value, refused };
}
