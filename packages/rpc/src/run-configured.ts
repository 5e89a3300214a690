// The first line of a service: settings, a logger, and the process that runs on them.

import { hostname } from 'node:os';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { createLogger, type Logger, type LogLevel } from '@syncline/telemetry/logger.ts';
import { runService, watchdogMsOf } from './process.ts';
import type { Setting } from './setting-types.ts';
import type { SettingsSpec, SettingsTable, ValuesOf } from './settings.ts';
import { readSettings } from './settings-help.ts';

/**
 * Reads the settings as readSettings() does, and runs `main` on them as runService() does; nothing runs when there is
 * nothing to run. `stopMs` says how long calls, and what else the settings bound, may go on after the stop.
 */
export async function runConfigured<Table extends SettingsTable & { readonly logLevel: Setting<LogLevel> }>(
  spec: SettingsSpec<Table>,
  contradictions: (config: ValuesOf<Table>) => readonly string[],
  main: (config: ValuesOf<Table>, stop: StopSignal, logger: Logger) => Promise<void>,
  stopMs: (config: ValuesOf<Table>) => number = () => 0,
): Promise<void> {
  const config = readSettings(spec, contradictions);
  if (config === undefined) return;
  const logger = createLogger({ service: spec.service, instance: hostname(), level: config.logLevel });
  await runService((stop) => main(config, stop, logger), logger, watchdogMsOf(stopMs(config)));
}
