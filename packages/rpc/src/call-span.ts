// How the span of an RPC is named and described, on both sides.

import { type Context, type Span, type SpanKind } from '@opentelemetry/api';
import { tracer } from '@syncline/telemetry/tracer.ts';

/**
 * Starts the span of a call to `/package.Service/Method`. A stream's is named `… open` and ends when the stream is
 * established: a span as long as a subscription is seen by nobody until it ends.
 */
export function startCallSpan(
  method: { readonly path: string; readonly responseStream: boolean },
  kind: SpanKind,
  parent?: Context,
): Span {
  const [, service = '', name = ''] = method.path.split('/');
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': name };
  const suffix = method.responseStream ? ' open' : '';
  return tracer.startSpan(`${service}/${name}${suffix}`, { kind, attributes }, parent);
}
