// A client that changes one region at the leader and asks a follower for it until the change shows, again and again:
// what a change takes with a read behind it. It does not share the stores' regions.

import { connect } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { Metadata } from 'nice-grpc-common';
import { Histogram } from '../subscriber/histogram.ts';
import { monotonicMs } from '../workload/stamp.ts';
import type { Cluster } from './cluster.ts';
import { clusterId, layoutOf } from './layout.ts';
import type { Member } from './member.ts';
import { stampNow } from './stamp.ts';
import { HeartbeatStream } from './store/heartbeat-stream.ts';
import { Heartbeats } from './store/heartbeats.ts';

const pauseMs = 5;

/** What a client saw, in milliseconds. */
export interface Probed {
  /** From the change to the first answer that shows it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** That answer's own way, there and back. */
  readonly readP50Ms: number;
}

/** Probes for `seconds`; each change is noted as sent. */
export async function probe(cluster: Cluster, follower: Member, seconds: number): Promise<Probed> {
  const layout = layoutOf(cluster.regions);
  const heartbeats = new Heartbeats(layout, clusterId);
  const last = layout.count - 1;
  const regionId = layout.firstId + 4n * BigInt(last);
  const pd = follower.connection.client(PDDefinition);
  const metadata = Metadata({ 'pd-allow-follower-handle': 'true' });
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, cluster.signal]);
  const session = connect(`http://${cluster.leader.address}`);
  const stream = new HeartbeatStream(session, (error) => failed.abort(error));
  const changes = new Histogram();
  const reads = new Histogram();
  const end = monotonicMs() + seconds * 1_000;
  try {
    while (monotonicMs() < end) {
      const version = stampNow();
      const began = monotonicMs();
      stream.add((into, at) => heartbeats.write(into, at, last, { version, moves: 0 }));
      stream.flush();
      cluster.noteProbed(1);
      for (let shown = 0n; shown < BigInt(version); ) {
        const asked = monotonicMs();
        const { region } = await pd.getRegionByID({ header: { clusterId }, regionId }, { metadata, signal });
        shown = region?.regionEpoch?.version ?? 0n;
        if (shown < BigInt(version)) continue;
        const answered = monotonicMs();
        changes.add(microseconds(answered - began));
        reads.add(microseconds(answered - asked));
      }
      await delay(pauseMs * (0.5 + Math.random()), undefined, { signal });
    }
  } finally {
    session.destroy();
  }
  return {
    p50Ms: changes.quantileMs(0.5),
    p99Ms: changes.quantileMs(0.99),
    readP50Ms: reads.quantileMs(0.5),
  };
}

function microseconds(ms: number): number {
  return Math.floor(ms * 1_000);
}
