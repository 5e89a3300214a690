// What a start needs before anything is opened: settings that fit together. What is wrong with them is said at once.

import { readSettings } from '@syncline/rpc/settings-help.ts';
import { type Config, contradictions, settings } from './config.ts';

const exitUsage = 2;

/** Undefined when there is nothing to run: help was printed, or all that is wrong is on stderr and the exit code 2. */
export function prepare(): Config | undefined {
  const config = readSettings(settings);
  if (config === undefined) return undefined;
  const problems = contradictions(config);
  if (problems.length === 0) return config;
  process.stderr.write(`${settings.service}: wrong settings\n${problems.join('\n')}\n`);
  process.exitCode = exitUsage;
  return undefined;
}
