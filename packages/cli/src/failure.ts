// How a command fails: one line on standard error, and an exit code. 1 says that it could not be done, 2 that it was
// not understood, 130 that Ctrl-C ended it.

import { CommanderError } from 'commander';
import { ClientError, Status } from 'nice-grpc-common';

/** A mistake in what was typed that commander could not see. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const exit = { failed: 1, usage: 2, interrupted: 130 } as const;

/** Prints what went wrong with the service at one of the addresses, and gives the exit code. */
export function report(error: unknown, addresses: readonly string[]): number {
  if (error instanceof CommanderError) {
    // commander has printed it, and --help and --version are no failures.
    return error.exitCode === 0 ? 0 : exit.usage;
  }
  if (error instanceof Error && error.name === 'AbortError') return exit.interrupted;
  process.stderr.write(`error: ${textOf(error, addresses)}\n`);
  return error instanceof UsageError ? exit.usage : exit.failed;
}

function textOf(error: unknown, addresses: readonly string[]): string {
  if (error instanceof ClientError) {
    const details = isStranger(error) ? strangerText(error.path, addresses) : plain(error.details);
    return `${Status[error.code]}: ${oneLine(details)}`;
  }
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** Whether a server does not know the method: in the words of grpc-js, and of gRPC for Go. */
function isStranger({ code, details }: ClientError): boolean {
  return (
    code === Status.UNIMPLEMENTED &&
    /^(?:The server does not implement the method|unknown (?:service|method)) /.test(details)
  );
}

function strangerText(path: string, addresses: readonly string[]): string {
  const [, service = path] = path.split('/');
  return `${addresses.join(' or ')} does not serve ${service}; see -a`;
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
