// The streams that ambassador.v1 names: of a request, of a filter, and of an answer.

import type { Stream } from '@syncline/proto/ambassador.ts';
import { checkName } from '@syncline/trench/name.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamNameOf } from '@syncline/trench/wire-name.ts';

/**
 * The stream that is asked for. Throws MissingParentError with Meridio's text when its conduit or trench is absent, and
 * MalformedError for what is no name, which Meridio takes and never connects.
 */
export function requestedStream(request: Stream): StreamName {
  const name = streamNameOf(request);
  checkName(name.stream, 'stream name');
  checkName(name.conduit, 'conduit name');
  checkName(name.trench, 'trench name');
  return name;
}

/** Whether a filter lets a stream through: what is absent or empty in it matches all. */
export function matchesFilter(filter: Stream, { stream, conduit, trench }: StreamName): boolean {
  const matches = (wanted: string | undefined, name: string) => !wanted || wanted === name;
  return (
    matches(filter.name, stream) &&
    matches(filter.conduit?.name, conduit) &&
    matches(filter.conduit?.trench?.name, trench)
  );
}
