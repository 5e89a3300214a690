// PD's checks in front of every request, with its statuses and words: who may answer, and for which cluster.
// A leader answers everything. A follower answers region reads alone, when the caller allows it by metadata.

import type { RequestHeader } from '@syncline/proto/pdpb.ts';
import { type CallContext, type Metadata, ServerError, Status } from 'nice-grpc-common';
import type { Member } from './member.ts';
import type { Leading, PdParts } from './pd-parts.ts';

/** PD's: the caller takes a follower's answer. Its value does not matter. */
const followerKey = 'pd-allow-follower-handle';

/** Syncline's own: the caller takes the answer of a follower that is not ready, and is told how old it is. */
const staleKey = 'syncline-allow-stale';

/** Whose copy a read is answered from, if any. */
export type Reader =
  | { readonly kind: 'leader'; readonly leading: Leading }
  | { readonly kind: 'follower' }
  /** The follower has no copy that is fit for this caller. `why`: for one who would take a stale one; '' for others. */
  | { readonly kind: 'not-ready'; readonly why: string };

/** A request that only a leader answers. Throws ServerError. */
export function checkLeader({ member, leading }: PdParts, header: RequestHeader | undefined): Leading {
  if (member.role === 'follower') throw new ServerError(Status.UNAVAILABLE, 'not leader');
  if (leading === undefined || member.roster.leader === undefined)
    throw new ServerError(Status.UNAVAILABLE, 'server not started');
  checkCluster(member, header);
  return leading;
}

/** A region read. Throws ServerError; tells the caller of a stale copy how old it is. */
export function checkRead(
  parts: PdParts,
  header: RequestHeader | undefined,
  context: Pick<CallContext, 'metadata' | 'header'>,
): Reader {
  const { member } = parts;
  if (member.role === 'leader') return { kind: 'leader', leading: checkLeader(parts, header) };
  const staleIsFine = allowsStale(context.metadata);
  if (!staleIsFine && !context.metadata.has(followerKey))
    throw new ServerError(Status.UNAVAILABLE, 'not leader and follower handling not allowed');
  checkCluster(member, header);
  const { ready, complete, reason } = member.freshness;
  if (staleIsFine && complete) tellAge(member, context.header);
  if (ready || (staleIsFine && complete)) return { kind: 'follower' };
  return { kind: 'not-ready', why: staleIsFine ? reason : '' };
}

function checkCluster({ clusterId }: Member, header: RequestHeader | undefined): void {
  const asked = header?.clusterId ?? 0n;
  if (asked === clusterId) return;
  throw new ServerError(
    Status.FAILED_PRECONDITION,
    `mismatch cluster id, need ${clusterId} but got ${asked}`,
  );
}

function allowsStale(metadata: Metadata): boolean {
  const said = metadata.get(staleKey);
  if (said === undefined || said === 'false') return false;
  if (said === 'true') return true;
  throw new ServerError(
    Status.INVALID_ARGUMENT,
    `metadata ${staleKey} ${JSON.stringify(said)}: expected true or false`,
  );
}

/** What is not known is left out: a leader that was never heard of has said nothing of a lag. */
function tellAge({ freshness }: Member, header: Metadata): void {
  header.set('syncline-ready', String(freshness.ready));
  const ages = {
    'syncline-lag-records': freshness.lagRecords,
    'syncline-lag-ms': freshness.lagMs,
    'syncline-heard-ms': freshness.heardMs,
  };
  for (const [key, age] of Object.entries(ages)) {
    if (age !== undefined) header.set(key, String(Math.round(age)));
  }
}
