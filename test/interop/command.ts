// A command that is run to its end: its output is bounded, and it ends with the signal at the latest.

import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';

const OUTPUT_BYTES = 64 << 20;
const LOW_PRIORITY = 10;

export interface CommandOptions {
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** On top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs behind everything else on the machine: for builds. */
  readonly nice?: boolean;
}

/** How a command ended, and what it wrote. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that could not be started, was killed, or wrote more than 64 MiB. */
export class CommandError extends Error {
  override name = 'CommandError';
  /** There is no such executable. */
  readonly absent: boolean;

  constructor(command: string, cause: Error) {
    super(`${command}: ${cause.message}`, { cause });
    this.absent = 'code' in cause && cause.code === 'ENOENT';
  }
}

/** Runs `file` and gives its exit code, whatever it is; rejects with a CommandError when there is none. */
export function run(file: string, args: readonly string[], options: CommandOptions): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = execFile(
    file,
    args,
    {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      signal: options.signal,
      maxBuffer: OUTPUT_BYTES,
      encoding: 'utf8',
    },
    (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(new CommandError(file, error));
    },
  );
  if (options.nice && child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  child.stdin?.end();
  return promise;
}

/** The first line that says something, for a reason that fits a report. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
