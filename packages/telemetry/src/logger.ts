// The one shape of a log line: service, instance, ISO time, trace ids, errors with their causes, no secrets.
// main.ts makes one logger and hands children ({ component }) down; nobody imports a global one.

import { trace } from '@opentelemetry/api';
import {
  type DestinationStream,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';

/** Where log lines go; `child({ component })` narrows it. Messages are constant, facts are fields, errors are `err`. */
export type Logger = PinoLogger;

/**
 * error: someone must act; warn: it will get worse; info: lifecycle; debug: per request; silent: nothing.
 */
export const logLevels = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** The service's name, e.g. 'datastore'. */
  readonly service: string;
  /** Tells this process from others of the same service, e.g. the host name. */
  readonly instance: string;
  readonly level: LogLevel;
  /** Defaults to standard output, one JSON object a line. */
  readonly destination?: DestinationStream;
}

// Fields that may carry a credential, at the top of a line or one level down.
const secrets = ['password', 'token', 'authorization', 'secret'];

/** Makes the process's logger. */
export function createLogger(options: LoggerOptions): Logger {
  const { service, instance, level, destination = pino.destination(1) } = options;
  return pino(
    {
      level,
      base: { service, instance },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      mixin: traceIds,
    },
    destination,
  );
}

function traceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
