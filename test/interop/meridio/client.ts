// The client on Meridio's published stubs as functions; see main.go for what it can do.

import assert from 'node:assert/strict';
import type { CaseContext } from '../context.ts';
import type { Program } from '../program.ts';

/** An entry of a tap's list. */
export interface Listed {
  /** stream.conduit.trench */
  readonly stream: string;
  readonly status: 'OPEN' | 'PENDING' | 'UNAVAILABLE' | 'UNDEFINED';
}

/** An entry of a registry's list. */
export interface RegisteredTarget {
  readonly stream: string;
  readonly ips: readonly string[];
  readonly identifier: string;
  readonly status: 'ENABLED' | 'DISABLED';
}

/** Flags without their dash; one with several values is given as often. */
export type Flags = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The command line of a command. */
export function commandLine(command: string, flags: Flags, args: readonly string[]): string[] {
  const written = Object.entries(flags).flatMap(([name, values]) =>
    [values].flat().map((value) => `-${name}=${value}`),
  );
  return [command, ...written, ...args];
}

/** Runs a command to its end, and gives the objects that it printed. Fails with what a server refused. */
export async function meridio(
  context: CaseContext,
  command: string,
  flags: Flags,
  ...args: readonly string[]
): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await context.run('meridio', commandLine(command, flags, args));
  assert.equal(code, 0, `meridio ${command}: ${stderr}${stdout}`);
  return linesOf(stdout);
}

/** Runs a command that a server is to refuse, and gives the refusal as `Code: message`. */
export async function refusal(
  context: CaseContext,
  command: string,
  flags: Flags,
  ...args: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await context.run('meridio', commandLine(command, flags, args));
  assert.equal(code, 1, `meridio ${command} was not refused: ${stdout}${stderr}`);
  return stderr.replace(/^meridio: /, '').trim();
}

/** What a tap lists at this moment for a filter. */
export async function listed(context: CaseContext, tap: string, filter = ''): Promise<readonly Listed[]> {
  const [list] = await meridio(context, 'watch', { tap, count: 1 }, filter);
  return (list as { streams: readonly Listed[] }).streams;
}

/** What a registry lists at this moment. */
export async function targets(
  context: CaseContext,
  nsp: string,
  flags: Flags = {},
  filter?: string,
): Promise<readonly RegisteredTarget[]> {
  const args = filter === undefined ? [] : [filter];
  const [list] = await meridio(context, 'targets', { nsp, count: 1, ...flags }, ...args);
  return (list as { targets: readonly RegisteredTarget[] }).targets;
}

/** A command that prints until it is stopped, such as a watch. */
export class Following<T> {
  readonly #program: Program;

  /** Starts the command; it may have printed nothing yet when this resolves. */
  static async start<T>(
    context: CaseContext,
    command: string,
    flags: Flags,
    ...args: readonly string[]
  ): Promise<Following<T>> {
    return new Following(await context.start('meridio', commandLine(command, flags, args)));
  }

  private constructor(program: Program) {
    this.#program = program;
  }

  /** All that it has printed, at the most the last 1,000 lines. */
  get seen(): readonly T[] {
    return linesOf(this.#program.logs.lines.join('\n')) as readonly T[];
  }
}

function linesOf(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
