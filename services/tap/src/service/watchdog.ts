// Whether every loop still moves, told as health: a loop that waits longer than it may turns the services NOT_SERVING, and
// the log has where each one is. Upstream's deadlock stayed SERVING (Meridio #578).

import type { RunningServer } from '@syncline/rpc/serve.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Liveness, LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';

/** A loop stood still for longer than it may. */
export class StuckLoopError extends Error {
  override name = 'StuckLoopError';

  constructor(loops: readonly string[]) {
    super(`stuck: ${loops.join(', ')}`);
  }
}

/** What the watchdog looks at, and whom it tells. */
export interface WatchdogParts {
  readonly liveness: Liveness;
  readonly server: Pick<RunningServer, 'setServing'>;
  /** Full names of the services that are SERVING while all is well. */
  readonly services: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when a loop is found stuck that was not before. */
  stuck(error: StuckLoopError): void;
}

const everyMs = 1_000;

/** Looks every second until the signal aborts; it is one of the loops itself, as `watch`. */
export async function watchLoops(parts: WatchdogParts, watch: LoopWatch, signal: AbortSignal): Promise<void> {
  const { liveness, server, services, clock, logger } = parts;
  let wasLive: boolean | undefined;
  for (;;) {
    const { live, overdue } = liveness.report();
    if (live !== wasLive) {
      for (const service of services) server.setServing(service, live);
      if (!live) {
        logger.error({ overdue, loops: liveness.phases() }, 'a loop is stuck');
        parts.stuck(new StuckLoopError(overdue.map(({ loop, awaits }) => `${loop} awaits ${awaits}`)));
      } else if (wasLive === false) logger.info('no loop is stuck any more');
    }
    wasLive = live;
    watch.idle('the next look at the loops');
    await sleep(clock, everyMs, signal);
  }
}
