// For tests of what a service serves: a server on a free port of this machine, and a logger that nobody reads.

import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger, type Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import type { Binding } from './binding.ts';
import { serve } from './serve.ts';
import type { RunningServer, ServeLimits, ServeOptions } from './serve-options.ts';

/** Limits that a test does not reach unless it wants to. */
export const roomyLimits: ServeLimits = {
  maxReceiveBytes: 1 << 20,
  drainMs: 1_000,
  defaultDeadlineMs: 5_000,
};

/** A logger that takes everything and writes it nowhere. */
export function quietLogger(): Logger {
  return createLogger({ service: 'test', instance: 'test', level: 'debug', destination: { write() {} } });
}

/** Serves `bindings` on 127.0.0.1, without an admin port; what it logs goes nowhere. `change` is put on top of that. */
export function serveForTest(
  bindings: readonly Binding[],
  change: Partial<ServeOptions> = {},
): Promise<RunningServer> {
  return serve({
    service: 'test',
    listen: { host: '127.0.0.1', port: 0 },
    admin: undefined,
    bindings,
    stop: new AbortController().signal,
    logger: quietLogger(),
    limits: roomyLimits,
    readiness: () => ({ ready: true }),
    liveness: new Liveness(systemClock),
    reflection: false,
    metrics: createMetrics('test'),
    ...change,
  });
}
