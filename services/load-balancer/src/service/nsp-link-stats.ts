// What is known of the NSP, on the wire.

import type { NspLink as NspLinkStats } from '@syncline/proto/loadbalancer-admin.ts';
import type { LinkState, NspLink } from '../nsp/nsp-link.ts';

/** What the service tells of its NSP. */
export type ToldLink = Pick<NspLink, 'address' | 'state'>;

/** For how long nobody has told what changed, in whole ms; 0 while the NSP does, and before it told everything. */
export function staleMs(state: LinkState): number {
  return state.kind === 'stale' ? Math.max(1, Math.round(state.ms)) : 0;
}

export function toNspLink({ address, state }: ToldLink): NspLinkStats {
  return {
    address,
    inStep: state.kind === 'in step',
    staleMs: BigInt(staleMs(state)),
    reason: state.kind === 'in step' ? '' : state.reason,
  };
}
