// What a case looks for in a Jaeger: spans of several services, and which of them caused which.

import type { Jaeger, Span } from './jaeger.ts';

/** Whether `span` is linked to `origin`: not its child, but caused by it. */
export const isLinked = (span: Span, origin: Span): boolean =>
  span.references.some(
    ({ refType, traceID, spanID }) =>
      refType === 'FOLLOWS_FROM' && traceID === origin.traceID && spanID === origin.spanID,
  );

/** Whether `span` is a part of what `parent` is about. */
export const isChild = (span: Span, parent: Span): boolean =>
  span.references.some(
    ({ refType, traceID, spanID }) =>
      refType === 'CHILD_OF' && traceID === parent.traceID && spanID === parent.spanID,
  );

/** All spans of all services, each once. */
export async function allSpans(jaeger: Jaeger): Promise<Span[]> {
  const found = new Map<string, Span>();
  for (const service of await jaeger.services()) {
    for (const span of await jaeger.spansOf(service)) found.set(`${span.traceID}/${span.spanID}`, span);
  }
  return [...found.values()];
}
