// The OpenTelemetry SDK, configured by the standard OTEL_* variables alone. Off unless an OTLP endpoint is set.
// Traces only: metrics are scraped and logs are read from standard output, so their pipelines are empty;
// left to itself the SDK would ship both to localhost:4318.

import type { NodeSDK } from '@opentelemetry/sdk-node';

type SdkOptions = NonNullable<ConstructorParameters<typeof NodeSDK>[0]>;

/** Where finished spans go, for those who do not want them exported. */
export type SpanProcessors = NonNullable<SdkOptions['spanProcessors']>;

/** Whether the environment asks for traces. */
export function tracesWanted(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/** Starts the SDK; spans go to the OTLP endpoint (http/protobuf by default) or to `spanProcessors`. */
export async function startTracing(spanProcessors?: SpanProcessors): Promise<AsyncDisposable> {
  // Half a second of modules, which only those pay who want traces.
  const { NodeSDK: Sdk } = await import('@opentelemetry/sdk-node');
  const sdk = new Sdk({
    metricReaders: [],
    logRecordProcessors: [],
    ...(spanProcessors !== undefined && { spanProcessors }),
  });
  sdk.start();
  return { [Symbol.asyncDispose]: () => sdk.shutdown() };
}
