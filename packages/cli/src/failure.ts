// How a command fails: one line on standard error, and an exit code. 1 says that it could not be done, 2 that it was
// not understood, 130 that Ctrl-C ended it.

import { CommanderError } from 'commander';
import { ClientError, Status } from 'nice-grpc-common';

/** A mistake in what was typed that commander could not see. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const exit = { failed: 1, usage: 2, interrupted: 130 } as const;

/** Prints what went wrong and gives the exit code. */
export function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has printed it, and --help and --version are no failures.
    return error.exitCode === 0 ? 0 : exit.usage;
  }
  if (error instanceof Error && error.name === 'AbortError') return exit.interrupted;
  process.stderr.write(`error: ${textOf(error)}\n`);
  return error instanceof UsageError ? exit.usage : exit.failed;
}

function textOf(error: unknown): string {
  if (error instanceof ClientError) return `${Status[error.code]}: ${oneLine(plain(error.details))}`;
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** grpc-js wraps why there is no connection in words of its own. */
function plain(details: string): string {
  const [, why] =
    /^No connection established\. Last error: (?:Error: )?(.*?)\. Resolution note:/s.exec(details) ?? [];
  return why === undefined ? details : `no connection: ${why}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
