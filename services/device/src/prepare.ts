// What a start needs before anything is opened: settings that fit together, and a script without a mistake.
// Whatever is wrong with them is said at once.

import { readFile } from 'node:fs/promises';
import { readSettings } from '@syncline/rpc/settings-help.ts';
import { type Config, contradictions, settings } from './config.ts';
import { ScriptError } from './script/problems.ts';
import { emptyScript, parseScript, type Script } from './script/script.ts';

/** What was asked of this process. */
export interface Prepared {
  readonly config: Config;
  readonly script: Script;
}

const exitUsage = 2;

/** Undefined when there is nothing to run: help was printed, or all that is wrong is on stderr and the exit code 2. */
export async function prepare(): Promise<Prepared | undefined> {
  const config = readSettings(settings, () => []);
  if (config === undefined) return undefined;
  const problems = [...contradictions(config)];
  const script = await readScript(config.script, problems);
  if (problems.length === 0) return { config, script };
  process.stderr.write(`device: cannot start\n${problems.join('\n')}\n`);
  process.exitCode = exitUsage;
  return undefined;
}

async function readScript(path: string | undefined, problems: string[]): Promise<Script> {
  if (path === undefined) return emptyScript;
  try {
    return parseScript(await readFile(path, 'utf8'));
  } catch (error) {
    const found =
      error instanceof ScriptError
        ? error.problems
        : [error instanceof Error ? error.message : String(error)];
    problems.push(...found.map((problem) => `${path}: ${problem}`));
    return emptyScript;
  }
}
