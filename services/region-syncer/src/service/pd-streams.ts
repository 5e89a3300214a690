// The two streams of pdpb.PD with a high rate. Only a leader serves them, once it has read its disk; otherwise they end
// UNAVAILABLE, never with OK: a PD that follows would not come back.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Binding, rawBidi } from '@syncline/rpc/binding.ts';
import type { RawHandler } from '@syncline/rpc/raw-call.ts';
import { Status } from 'nice-grpc-common';
import type { Role } from './member-status.ts';

/** What a leader serves them with. */
export interface LeaderStreams {
  readonly regionHeartbeat: RawHandler;
  readonly syncRegions: RawHandler;
}

/** Binds RegionHeartbeat and SyncRegions to what `streams` gives when a call comes. */
export function pdStreams(role: Role, streams: () => LeaderStreams | undefined): readonly Binding[] {
  const bound = (name: keyof LeaderStreams, refusal: string) =>
    rawBidi(PDDefinition, name, (call) => {
      const handlers = streams();
      if (handlers === undefined) call.end(Status.UNAVAILABLE, refusal);
      else handlers[name](call);
    });
  const notStarted = 'server not started';
  return [
    bound('regionHeartbeat', role === 'leader' ? notStarted : 'not leader'),
    bound('syncRegions', notStarted),
  ];
}
