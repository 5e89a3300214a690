// What a member of either role says of its copy.

import type { Identity } from '../cluster/identity.ts';
import type { Replica } from '../replica/replica.ts';
import type { DigestView } from './member.ts';
import type { MemberStatus } from './member-status.ts';

/** What is the same in the status of a leader and of a follower: whose copy it is, and what it holds now. */
export function copyStatus({ clusterId, memberId, name }: Identity, replica: Replica) {
  const { term, first, next, durable, applied, regions, digest } = replica;
  const { log, checkpoint } = replica.status();
  return {
    clusterId,
    memberId,
    name,
    term,
    first,
    next,
    durable,
    applied,
    regions: regions.size,
    arenaBytes: regions.arena.heldBytes,
    digest: digest.total,
    log,
    checkpoint,
  } satisfies Partial<MemberStatus>;
}

/** The digest of all that is held now. */
export function copyDigest({ next, digest, regions }: Replica): DigestView {
  return { index: next, digest, regions: regions.size };
}
