// The list that a Watch shows, on the wire.

import { type StreamResponse, StreamStatus_Status as Wire } from '@syncline/proto/ambassador.ts';
import { streamKey } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import type { StreamStatus } from '../stream/status.ts';
import type { StreamRow } from '../stream/status-board.ts';

const statuses: Readonly<Record<StreamStatus, Wire>> = {
  open: Wire.OPEN,
  pending: Wire.PENDING,
  unavailable: Wire.UNAVAILABLE,
  undefined: Wire.UNDEFINED,
};

/** The rows as a response. */
export function statusList(rows: readonly StreamRow[]): StreamResponse {
  return {
    streamStatus: rows.map(({ stream, status }) => ({
      status: statuses[status],
      stream: streamMessage(stream),
    })),
  };
}

/** Whether two lists say the same to a watcher, who is told nothing of reasons and times. */
export function isSameList(a: readonly StreamRow[], b: readonly StreamRow[]): boolean {
  return a.length === b.length && a.every((row, index) => keyOf(row) === keyOf(b[index]));
}

function keyOf(row: StreamRow | undefined): string {
  return row === undefined ? '' : `${row.status} ${streamKey(row.stream)}`;
}
