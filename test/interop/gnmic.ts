// gnmic as a command: how it is pointed at a server, and how its output reads.

import assert from 'node:assert/strict';
import type { Finished } from './command.ts';
import type { CaseContext } from './context.ts';
import type { Program } from './program.ts';
import type { Server } from './servers.ts';

/** One notification as gnmic's json format prints it. */
export interface GnmicNotification {
  readonly timestamp: number;
  readonly target?: string;
  readonly updates?: readonly { readonly Path: string; readonly values: Readonly<Record<string, unknown>> }[];
}

const at = ({ address }: Server): string[] => ['--address', address, '--insecure'];

/** Runs a gnmic command to its end. */
export function gnmic(context: CaseContext, server: Server, ...args: readonly string[]): Promise<Finished> {
  return context.run('gnmic', [...at(server), ...args]);
}

/** Starts `gnmic subscribe`, which goes on until it is stopped. */
export function gnmicSubscribe(
  context: CaseContext,
  server: Server,
  ...args: readonly string[]
): Promise<Program> {
  return context.start('gnmic', [...at(server), 'subscribe', '--target', 'r1', ...args]);
}

/** Runs `gnmic get` on the target r1 and gives the notifications. */
export async function gnmicGet(
  context: CaseContext,
  server: Server,
  ...args: readonly string[]
): Promise<readonly GnmicNotification[]> {
  const { code, stdout, stderr } = await gnmic(context, server, 'get', '--target', 'r1', ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as GnmicNotification[];
}
