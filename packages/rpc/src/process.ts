// A service process from its first line to its natural exit: signals stop it, nothing calls process.exit but the
// second SIGINT and the watchdog, so telemetry is flushed and stores are closed on every ordinary way out.

import { hostname } from 'node:os';
import { StoppedError, StopSignal } from '@syncline/runtime/stop-signal.ts';
import { createLogger, type Logger } from '@syncline/telemetry/logger.ts';
import { ConnectingSockets } from './connecting-sockets.ts';
import { endWithinASecond } from './process-end.ts';

/** The least that a stop may take. */
const defaultWatchdogMs = 10_000;

/** What closing stores and sockets may take when the calls are over. */
const closingMs = 5_000;

/** Enough for a collector of traces that is there; what does not connect by then is given up. */
const connectGraceMs = 1_000;

// sysexits.h EX_SOFTWARE: the process did not end by itself, which is a defect.
const exitHeld = 70;
const exitInterrupted = 130;

/** How long the stop of a service may take whose calls may go on for `stopMs`, in ms: 10 s, or 5 s more than that. */
export function watchdogMsOf(stopMs: number): number {
  return Math.max(defaultWatchdogMs, stopMs + closingMs);
}

/**
 * Runs a service. `main` gets the process's stop signal, which SIGINT, SIGTERM and uncaught errors give, and resolves
 * when everything it opened is closed. When `main` or the stop signal failed, the error is logged and the exit code
 * is 1 unless main set another. A process that is still alive `watchdogMs` after the stop began logs what holds
 * it and exits with 70. One whose threads do not let it exit, then or at the second SIGINT, ends with SIGKILL a second
 * later.
 */
export async function runService(
  main: (stop: StopSignal) => Promise<void>,
  logger: Logger = defaultLogger(),
  watchdogMs = defaultWatchdogMs,
): Promise<void> {
  using _ = new ConnectingSockets(Math.min(connectGraceMs, watchdogMs / 2));
  const stop = new StopSignal();
  stop.signal.addEventListener('abort', () => {
    const reason: unknown = stop.signal.reason;
    if (reason instanceof StoppedError) logger.info({ by: reason.by }, 'stopping');
    else logger.error({ err: reason }, 'service failed');
    armWatchdog(logger, watchdogMs);
  });
  process.on('SIGTERM', () => stop.stop('SIGTERM'));
  process.on('SIGINT', () => {
    if (stop.signal.aborted) {
      endWithinASecond();
      process.exit(exitInterrupted);
    }
    stop.stop('SIGINT');
  });
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', (error) => fail(stop, error, logger));
  try {
    await main(stop);
  } catch (error) {
    if (!isStop(error, stop.signal)) fail(stop, error, logger);
  }
  if (stop.failure !== undefined) process.exitCode ??= 1;
  stop.stop('main, which returned');
}

// Waits that took the signal end with its reason, those of the platform with an AbortError because of it.
function isStop(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.cause === signal.reason))
  );
}

function fail(stop: StopSignal, thrown: unknown, logger: Logger): void {
  const error = thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`);
  const wasRunning = !stop.signal.aborted;
  stop.fail(error);
  process.exitCode ??= 1;
  if (!wasRunning) logger.error({ err: error }, 'failed while stopping');
}

function armWatchdog(logger: Logger, watchdogMs: number): void {
  setTimeout(() => {
    const holding = process.getActiveResourcesInfo();
    // Before the log is written: who reads that may be what does not answer.
    endWithinASecond();
    logger.error({ holding }, 'still alive after the stop');
    process.exit(exitHeld);
  }, watchdogMs).unref();
}

function defaultLogger(): Logger {
  return createLogger({
    service: process.env['OTEL_SERVICE_NAME'] ?? 'syncline',
    instance: hostname(),
    level: 'info',
  });
}
