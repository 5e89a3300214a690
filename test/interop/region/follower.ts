// Our follower, of a PD or of one of ours.

import type { CaseContext } from '../context.ts';
import { RegionMember } from './member.ts';

/** The name under which leaders know it. */
export const followerName = 'region-syncer';

/** Starts a follower of the leader at `host:port`; it may have nothing yet when this resolves. */
export function startRegionFollower(
  context: CaseContext,
  leader: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RegionMember> {
  return RegionMember.start(context, { ROLE: 'follower', LEADER: leader, NAME: followerName, ...settings });
}
