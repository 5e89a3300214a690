// When an ipam is ready: its disk takes what it is given, and it knows of conduits as far as somebody is to tell it.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { Allocator } from '../allocation/allocator.ts';
import type { ConduitWatch } from '../nsp/follow-nsp.ts';

/** `watch` is undefined when conduits are made on first use. */
export function readinessOf(
  { diskError, holdings }: Allocator,
  watch: Pick<ConduitWatch, 'state'> | undefined,
): Readiness {
  if (diskError !== undefined) return { ready: false, reason: diskError.message };
  const state = watch?.state;
  // What was kept can be served whether or not the NSP is there.
  if (state?.kind === 'untold' && holdings.tree.size === 0)
    return { ready: false, reason: `the NSP has not told any conduits: ${state.reason}` };
  return { ready: true };
}
