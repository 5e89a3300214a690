// Whether all members hold the same regions at the same index, by their digests.

import type { Member } from './member.ts';

/** How a follower differs from its leader, or the leader from what it was told of; undefined when nothing does. */
export async function differenceOf(
  leader: Member,
  followers: readonly Member[],
  regions: number,
): Promise<string | undefined> {
  const wanted = await leader.digest();
  if (wanted.regions !== BigInt(regions)) return `the leader has ${wanted.regions} of ${regions} regions`;
  for (const follower of followers) {
    const held = await follower.digest();
    if (held.index !== wanted.index || held.total !== wanted.total || held.regions !== wanted.regions) {
      return (
        `${follower.name} has ${held.regions} regions with digest ${held.total} at ${held.index}, ` +
        `the leader ${wanted.regions} with ${wanted.total} at ${wanted.index}`
      );
    }
    const bucket = wanted.buckets.findIndex((hash, at) => hash !== held.buckets[at]);
    if (bucket >= 0) return `${follower.name} differs from the leader in bucket ${bucket} of the digest`;
  }
  return undefined;
}
