// Loaded before a service: `node --import @syncline/telemetry/register.ts services/<name>/src/main.ts`.
// Spans still in memory are flushed when the event loop is empty, which requires that nobody calls process.exit.

import { startTracing, tracesWanted } from './tracing.ts';

if (tracesWanted(process.env)) {
  // OpenTelemetry waits 10 s for a collector that does not answer; the stop of a service has no such time.
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] ??= '3000';
  const [, service] = /services\/([^/]+)\/src\/main\.ts$/.exec(process.argv[1] ?? '') ?? [];
  if (service !== undefined) process.env['OTEL_SERVICE_NAME'] ??= service;
  const tracing = await startTracing();
  process.once('beforeExit', () => void flush(tracing));
}

async function flush(tracing: AsyncDisposable): Promise<void> {
  try {
    await tracing[Symbol.asyncDispose]();
  } catch (error) {
    process.stderr.write(`traces not flushed: ${String(error)}\n`);
  }
}
