// pygnmi in a virtual environment of its own, made anew when requirements.txt changes.

import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, firstLine, run } from '../command.ts';
import { type Availability, missing, ready } from './availability.ts';

const INTEROP = join(import.meta.dirname, '..');
const VENV = join(INTEROP, '.venv');
const REQUIREMENTS = join(INTEROP, 'pygnmi', 'requirements.txt');
const INSTALLED = join(VENV, 'requirements.txt');
const QUIET = ['--quiet', '--disable-pip-version-check'];
const INSTALL_MS = 5 * 60_000;

/** The interpreter that has pygnmi. */
export async function preparePygnmi(): Promise<Availability> {
  const python = ready(join(VENV, 'bin', 'python'));
  if ((await text(INSTALLED)) === (await readFile(REQUIREMENTS, 'utf8'))) return python;
  const failure =
    (await step('python3', ['-m', 'venv', '--clear', VENV])) ??
    (await step(join(VENV, 'bin', 'pip'), ['install', ...QUIET, '--requirement', REQUIREMENTS]));
  if (failure !== undefined) return missing(failure);
  await copyFile(REQUIREMENTS, INSTALLED);
  return python;
}

async function text(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Why the command failed; undefined when it did not. */
async function step(file: string, args: readonly string[]): Promise<string | undefined> {
  const signal = AbortSignal.timeout(INSTALL_MS);
  try {
    const { code, stdout, stderr } = await run(file, args, { signal });
    return code === 0
      ? undefined
      : `${args.slice(0, 2).join(' ')} failed: ${firstLine(stderr) || firstLine(stdout)}`;
  } catch (error) {
    if (signal.aborted)
      return `${args.slice(0, 2).join(' ')} did not end within ${INSTALL_MS / 60_000} minutes`;
    if (error instanceof CommandError && error.absent) return `${file} is not installed`;
    throw error;
  }
}
