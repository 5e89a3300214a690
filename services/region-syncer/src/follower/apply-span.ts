// The last step of a record's trace: a follower has it. Linked to the leader's span, not inside of it: a frame has many
// records, and each follower applies it at its own pace.

import { type Link, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { fail, linksTo, tracer } from '@syncline/telemetry/tracer.ts';
import { indexText } from '../log/index.ts';
import type { Frame } from '../wire/frame.ts';

/** What of a frame its span tells. */
type Applied = Pick<Frame, 'traceparent' | 'startIndex' | 'run'>;

/** Runs `apply`, in a span of its own when the frame has a trace context. `member` names this follower. */
export function tracedApply(frame: Applied, member: string, apply: () => Promise<void>): Promise<void> {
  const links = frame.traceparent === '' ? [] : linksTo([frame.traceparent]);
  return links.length === 0 ? apply() : inSpan(frame, member, links, apply);
}

async function inSpan(
  { startIndex, run }: Applied,
  member: string,
  links: Link[],
  apply: () => Promise<void>,
): Promise<void> {
  const attributes = {
    'syncline.member': member,
    'syncline.index': indexText(startIndex),
    'syncline.records': run.count,
  };
  const span = tracer.startSpan('region apply', { kind: SpanKind.CONSUMER, links, attributes }, ROOT_CONTEXT);
  try {
    await apply();
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}
