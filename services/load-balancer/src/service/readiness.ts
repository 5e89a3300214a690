// When lookups can be trusted: everything was told, the tables are filled, and the NSP has not been gone for long.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { LinkState } from '../nsp/nsp-link.ts';

/** What readiness depends on. */
export interface Standing {
  /** Of the NSP. */
  readonly address: string;
  readonly link: LinkState;
  readonly isFilled: boolean;
  readonly pendingTables: number;
}

/** Ready until the NSP has been lost for more than `staleAfterMs`; before the first tables it never is. */
export function readinessOf(
  { address, link, isFilled, pendingTables }: Standing,
  staleAfterMs: number,
): Readiness {
  if (link.kind === 'untold')
    return { ready: false, reason: `the NSP at ${address} has not told all: ${link.reason}` };
  if (!isFilled) return { ready: false, reason: `${pendingTables} tables are being filled` };
  if (link.kind === 'stale' && link.ms > staleAfterMs) {
    const age = `lost for ${Math.round(link.ms)} ms, more than ${staleAfterMs}`;
    return {
      ready: false,
      reason: `the NSP at ${address} is ${age}; lookups go by what it said last: ${link.reason}`,
    };
  }
  return { ready: true };
}
