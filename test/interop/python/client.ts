// client.py as a function; see there for what it checks.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CaseContext } from '../context.ts';

const CLIENT = join(import.meta.dirname, 'client.py');

/** Runs the checks of a kind on what it is given. Fails with the first that fails; notes how many passed. */
export async function check(
  context: CaseContext,
  kind: 'tap' | 'nsp' | 'proxy' | 'golden',
  ...given: readonly string[]
): Promise<void> {
  const { code, stdout, stderr } = await context.run('grpcio', [CLIENT, kind, ...given]);
  assert.equal(code, 0, stderr);
  context.note(`checks: ${stdout.trimEnd().split('\n').length}`);
}
