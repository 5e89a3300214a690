// ambassador.v1.Tap: Open and Close change what is desired and answer; Watch tells what became of it.

import { type Stream, type StreamResponse, TapDefinition } from '@syncline/proto/ambassador.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import type { Latest } from '@syncline/runtime/latest.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { Ambassador } from '../ambassador/ambassador.ts';
import type { KeptStreams } from '../state/kept-streams.ts';
import type { StreamRow } from '../stream/status-board.ts';
import type { Refusals } from './refusals.ts';
import { isSameList, statusList } from './status-list.ts';
import { answered } from './status-of-error.ts';
import { matchesFilter, requestedStream } from './stream-request.ts';
import type { Watchers } from './watchers.ts';

/** What the service works with. */
export interface TapParts {
  readonly ambassador: Ambassador;
  readonly rows: Latest<readonly StreamRow[]>;
  readonly watchers: Watchers;
  readonly refusals: Refusals;
  /** Undefined when streams are not kept across restarts. */
  readonly kept: KeptStreams | undefined;
}

/** Binds the service. */
export function tapBinding(parts: TapParts): Binding {
  const { ambassador, refusals, kept } = parts;
  const change = (request: Stream, apply: (stream: StreamName) => void, signal: AbortSignal) =>
    answered(refusals, async () => {
      // In one turn up to here, so requests take effect in the order in which they came.
      apply(requestedStream(request));
      await kept?.keep(ambassador.desired, signal);
      return {};
    });
  return implement(TapDefinition, {
    open: (request, { signal }) => change(request, (stream) => ambassador.open(stream), signal),
    close: (request, { signal }) => change(request, (stream) => ambassador.close(stream), signal),
    watch: (filter, { signal }) => watch(filter, parts, signal),
  });
}

async function* watch(
  filter: Stream,
  { rows, watchers, refusals }: TapParts,
  signal: AbortSignal,
): AsyncGenerator<StreamResponse> {
  using place = watchers.enter();
  if (place === undefined) {
    refusals.count('limit');
    throw new ServerError(
      Status.RESOURCE_EXHAUSTED,
      `no room for more watchers: SYNCLINE_TAP_WATCHERS is ${watchers.limit}`,
    );
  }
  let last: readonly StreamRow[] | undefined;
  for await (const all of rows.values(signal)) {
    const list = all.filter(({ stream }) => matchesFilter(filter, stream));
    if (last !== undefined && isSameList(last, list)) continue;
    last = list;
    yield statusList(list);
  }
}
