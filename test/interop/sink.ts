// Our Go subscriber, as a function: what a server told it, and what it then knew.

import type { CaseContext } from './context.ts';

/** What sink prints with -json; see sink/follow.go. */
export interface Seen {
  readonly notifications: number;
  readonly updates: number;
  readonly deletes: number;
  readonly duplicates: number;
  readonly syncs: number;
  readonly sync_ms: number;
  readonly total_ms: number;
  readonly ended: 'sync' | 'count' | 'quiet' | 'duration' | 'server' | 'fault';
  readonly leaf_count: number;
  /** Equal for two servers that told the same leaves, values and types. */
  readonly digest: string;
  /** The leaves as `path = value`, sorted. */
  readonly leaves: readonly string[];
  readonly error?: { readonly code: string; readonly text: string };
}

/** Flags of sink, e.g. `{ target: 'r1', mode: 'ONCE' }`; see sink/main.go. */
export type SinkFlags = Readonly<Record<string, string | readonly string[]>>;

/** The flags that make the openconfig collector show what it knows of a target. */
export const throughCollector = (target: string): SinkFlags => ({ target, origin: 'openconfig' });

/** Subscribes and reads until the ending that the flags name. A failed RPC is in `error`. */
export async function sink(context: CaseContext, address: string, flags: SinkFlags): Promise<Seen> {
  const args = Object.entries(flags).flatMap(([name, values]) =>
    [values].flat().map((value) => `-${name}=${value}`),
  );
  const { stdout, stderr } = await context.run('sink', [`-address=${address}`, '-json', '-leaves', ...args]);
  if (stdout === '') throw new Error(`sink wrote nothing: ${stderr}`);
  return { leaves: [], ...(JSON.parse(stdout) as Omit<Seen, 'leaves'>) };
}
