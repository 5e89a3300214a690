// The streams of pdpb.PD that a follower has no answer to. They never end with OK: a PD would not come back.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Binding, rawBidi } from '@syncline/rpc/binding.ts';
import { Status } from 'nice-grpc-common';

/** RegionHeartbeat and SyncRegions of a follower: UNAVAILABLE, in PD's words. */
export function followerStreams(): readonly Binding[] {
  return [
    rawBidi(PDDefinition, 'regionHeartbeat', (call) => call.end(Status.UNAVAILABLE, 'not leader')),
    rawBidi(PDDefinition, 'syncRegions', (call) => call.end(Status.UNAVAILABLE, 'server not started')),
  ];
}
