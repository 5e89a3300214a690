// What stores are told of replication: nothing special.

import { ReplicationMode, type ReplicationStatus } from '@syncline/proto/replication_modepb.ts';

/** Regions are replicated by majority, as in every PD that is not set up otherwise. */
export const replicationStatus: ReplicationStatus = { mode: ReplicationMode.MAJORITY };
