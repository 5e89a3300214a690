// The end of a tap: what it holds is given back within a budget, and who asks twice is not kept waiting.

import { endWithinASecond } from '@syncline/rpc/process-end.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Ambassador } from '../ambassador/ambassador.ts';
import type { LoopLog } from './loop-log.ts';

/** 128 and the number of SIGTERM, as shells tell of it. */
const exitTerminated = 143;

/** A second SIGTERM ends the process at once, as a second SIGINT does. */
export function endAtSecondTerm(stop: StopSignal): void {
  const end = () => {
    endWithinASecond();
    process.exit(exitTerminated);
  };
  stop.signal.addEventListener('abort', () => process.once('SIGTERM', end), { once: true });
}

/** What is given back, and what tells how that went. */
export interface GiveBackParts {
  readonly ambassador: Ambassador;
  readonly notes: LoopLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Unregisters all targets and closes all connections. False, and logged, when any is left behind after `budgetMs`. The
 * budget's timer keeps no process alive: the admin port does, which is closed after this.
 */
export async function giveBack(
  { ambassador, notes, clock, logger }: GiveBackParts,
  budgetMs: number,
): Promise<boolean> {
  const budget = new AbortController();
  const timer = clock.setTimer(budgetMs, () => budget.abort());
  const leftBefore = notes.leftBehind;
  const beganMs = clock.monotonic();
  const isOver = await ambassador.drain(budget.signal);
  timer.clear();
  const ms = Math.round(clock.monotonic() - beganMs);
  const given = notes.leftBehind - leftBefore;
  if (isOver && given === 0) {
    logger.info({ ms }, 'all targets unregistered, all connections closed');
    return true;
  }
  logger.error(
    { ms, givenUp: given, pending: ambassador.dump() },
    'stopping with targets or connections left behind',
  );
  return false;
}
