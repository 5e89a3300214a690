// One part of deploy/compose.yaml, as a case looks at it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Finished, run } from '../command.ts';
import type { CaseContext } from '../context.ts';
import type { ComposeProject } from './project.ts';

/** A part of the compose file: what it starts, and what a user sees of it. */
export interface Part {
  /** The services that become healthy. */
  readonly services: readonly string[];
  /** Those that keep something: they are stopped, have to end by themselves, and are started again. */
  readonly durable: readonly string[];
  /** Asserts that it does its work. */
  works(project: ComposeProject, context: CaseContext): Promise<void>;
  /** Asserts, after `durable` were stopped and started, that what they kept is still there. */
  survived(project: ComposeProject, context: CaseContext): Promise<void>;
}

const main = join(import.meta.dirname, '../../../packages/cli/src/main.ts');

/** Runs the command line tool on this machine against a service's published port. */
export function syncline(
  context: CaseContext,
  address: string,
  ...args: readonly string[]
): Promise<Finished> {
  return run(process.execPath, [main, '-a', address, ...args], { signal: context.signal });
}

/** The JSON that the tool prints; fails with what it said otherwise. */
export async function synclineJson<T>(
  context: CaseContext,
  address: string,
  ...args: readonly string[]
): Promise<T> {
  const { code, stdout, stderr } = await syncline(context, address, '--json', ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}
