// syncline.loadbalancer.v1: where a packet would go, and how the targets share their streams.

import {
  LoadBalancerServiceDefinition,
  type LookupRequest,
  type WatchStatsResponse,
} from '@syncline/proto/loadbalancer-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';
import { watchInterval } from '@syncline/rpc/watch-interval.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { checkName } from '@syncline/trench/name.ts';
import type { CallContext } from 'nice-grpc-common';
import { parsePacket } from '../packet/packet.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { Outcome } from '../plane/outcome.ts';
import { answered } from './answered.ts';
import { toLookupResponse } from './lookup-response.ts';
import { staleMs } from './nsp-link-stats.ts';
import { type StatsParts, toStats } from './stats.ts';

/** How old an answer may be, in ms: for how long nobody has told what changed. 0 while the NSP does. */
const staleHeader = 'syncline-stale-ms';

/** Everything serve() needs for syncline.loadbalancer.v1.LoadBalancerService. */
export function loadBalancerBinding(parts: StatsParts, clock: Clock): Binding {
  const { plane, link } = parts;
  return implement(LoadBalancerServiceDefinition, {
    lookup(request, { header }: CallContext) {
      header.set(staleHeader, String(staleMs(link.state)));
      return answered(() => toLookupResponse(lookup(plane, request)));
    },
    stats: () => answered(() => ({ stats: toStats(parts) })),
    watchStats: ({ intervalMs }, { signal }) => watchStats(parts, clock, intervalMs, signal),
  });
}

function lookup(plane: DataPlane, { trench, conduit, packet }: LookupRequest): Outcome {
  if (packet === undefined) throw invalidField('packet', 'it is required');
  const name = { trench: checkName(trench, 'trench'), conduit: checkName(conduit, 'conduit') };
  return plane.lookup(name, parsePacket(packet));
}

async function* watchStats(
  parts: StatsParts,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatsResponse, void, undefined> {
  const everyMs = watchInterval(intervalMs);
  for await (const _ of parts.plane.changes.values(signal)) {
    yield { stats: toStats(parts) };
    await sleep(clock, everyMs, signal);
  }
}
