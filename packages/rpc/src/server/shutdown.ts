// The end of a server, in the order clients can act on: health first, then streams, then what is left.

import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Server } from '@grpc/grpc-js';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Health } from './health.ts';
import type { OpenCalls } from './open-calls.ts';

export interface DrainOptions {
  readonly server: Pick<Server, 'tryShutdown' | 'forceShutdown'>;
  readonly calls: Pick<OpenCalls, 'stop' | 'count'>;
  readonly health: Pick<Health, 'stop'>;
  readonly logger: Logger;
  /** How long calls may go on before they are cut. */
  readonly drainMs: number;
}

/** Ends the server; resolves when no call and no connection is left, at most about `drainMs` later. */
export async function drain({ server, calls, health, logger, drainMs }: DrainOptions): Promise<void> {
  health.stop();
  await nextTurn(); // lets health watchers send NOT_SERVING before their streams end
  calls.stop();
  const closed = Promise.withResolvers<void>();
  server.tryShutdown(() => closed.resolve());
  const timeout = new AbortController();
  const expired = delay(drainMs, 'expired', { ref: false, signal: timeout.signal }).catch(() => 'closed');
  if ((await Promise.race([closed.promise, expired])) === 'expired') {
    logger.warn({ drainMs, calls: calls.count }, 'calls outlived the drain and were cut');
    server.forceShutdown();
    // Everything is cut by now. tryShutdown may never call back: Node forgets to, for a connection that a client was
    // leaving when it was asked to close.
    await nextTurn();
  }
  timeout.abort();
}
