// openconfig's fake target, playing a small router: six leaves once it has played all.

import { join } from 'node:path';
import type { CaseContext } from './context.ts';

const ROUTER = join(import.meta.dirname, 'faketarget', 'testdata', 'router.textproto');

/** Starts the fake target and gives its address; `flags` are those of faketarget/main.go. */
export async function startFakeRouter(context: CaseContext, ...flags: readonly string[]): Promise<string> {
  return (await context.start('faketarget', ['-config', ROUTER, ...flags])).listening();
}
