// Runs one case to an outcome: passed, failed with what went wrong, or skipped with the reason.

import { inspect } from 'node:util';
import type { InteropCase } from './case.ts';
import { CaseContext } from './context.ts';
import type { Toolbox, ToolName } from './tools/toolbox.ts';

const DEFAULT_SECONDS = 60;
const FAILURE_LINES = 60;

export type Outcome =
  | { readonly kind: 'passed'; readonly seconds: number; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly seconds: number; readonly why: string }
  | { readonly kind: 'skipped'; readonly reason: string };

/** Prepares what the case needs, then runs it within its bound; never rejects. */
export async function outcomeOf(interopCase: InteropCase, toolbox: Toolbox): Promise<Outcome> {
  const tools = new Map<ToolName, string>();
  for (const tool of interopCase.needs) {
    const found = await toolbox.prepare(tool);
    if (found.kind === 'missing') return { kind: 'skipped', reason: found.reason };
    if (found.kind === 'broken') return { kind: 'failed', seconds: 0, why: `${tool}: ${found.reason}` };
    tools.set(tool, found.path);
  }
  return runBounded(interopCase, tools);
}

async function runBounded(interopCase: InteropCase, tools: ReadonlyMap<ToolName, string>): Promise<Outcome> {
  const begun = performance.now();
  const bound = interopCase.seconds ?? DEFAULT_SECONDS;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`did not end within ${bound} s`)), bound * 1_000);
  const seconds = () => (performance.now() - begun) / 1_000;
  const context = new CaseContext(tools, deadline.signal);
  try {
    await Promise.race([interopCase.run(context), aborted(deadline.signal)]);
    return { kind: 'passed', seconds: seconds(), notes: context.notes };
  } catch (error) {
    const why = deadline.signal.aborted ? (deadline.signal.reason as unknown) : error;
    return { kind: 'failed', seconds: seconds(), why: excerpt(`${describe(why)}\n${context.logs}`) };
  } finally {
    clearTimeout(timer);
    await context[Symbol.asyncDispose]().catch((error: unknown) => {
      console.error(`     ${interopCase.name}: cleaning up: ${describe(error)}`);
    });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : inspect(error));

function excerpt(text: string): string {
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(0, FAILURE_LINES);
  if (lines.length > shown.length) shown.push(`(${lines.length - shown.length} more lines)`);
  return shown.map((line) => `     ${line}`).join('\n');
}
