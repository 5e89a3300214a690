// syncline.loadbalancer.v1: where a packet would go, and how the targets share their streams.

import {
  LoadBalancerServiceDefinition,
  type LookupRequest,
  type WatchStatsResponse,
} from '@syncline/proto/loadbalancer-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { checkName } from '@syncline/trench/name.ts';
import type { CallContext } from 'nice-grpc-common';
import type { NspLink } from '../nsp/nsp-link.ts';
import { parsePacket } from '../packet/packet.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { Outcome } from '../plane/outcome.ts';
import { answered } from './answered.ts';
import { invalid, invalidField } from './invalid.ts';
import { toLookupResponse } from './lookup-response.ts';
import { toStats } from './stats.ts';

const interval = { shortestMs: 100, longestMs: 60_000, fallbackMs: 1_000 } as const;

/** How old an answer may be, in ms: for how long nobody has told what changed. 0 while the NSP does. */
const staleness = 'syncline-stale-ms';

/** Everything serve() needs for syncline.loadbalancer.v1.LoadBalancerService. */
export function loadBalancerBinding(plane: DataPlane, link: Pick<NspLink, 'state'>, clock: Clock): Binding {
  const tellAge = ({ header }: CallContext) => {
    const { state } = link;
    header.set(staleness, String(state.kind === 'stale' ? Math.round(state.ms) : 0));
  };
  return implement(LoadBalancerServiceDefinition, {
    lookup(request, context) {
      tellAge(context);
      return answered(() => toLookupResponse(lookup(plane, request)));
    },
    stats(_, context) {
      tellAge(context);
      return answered(() => ({ stats: toStats(plane) }));
    },
    watchStats: ({ intervalMs }, { signal }) => watchStats(plane, clock, intervalMs, signal),
  });
}

function lookup(plane: DataPlane, { trench, conduit, packet }: LookupRequest): Outcome {
  if (packet === undefined) throw invalidField('packet', 'it is required');
  const name = { trench: checkName(trench, 'trench'), conduit: checkName(conduit, 'conduit') };
  return plane.lookup(name, parsePacket(packet));
}

async function* watchStats(
  plane: DataPlane,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatsResponse, void, undefined> {
  const everyMs = readInterval(intervalMs);
  for await (const _ of plane.changes.values(signal)) {
    yield { stats: toStats(plane) };
    await sleep(clock, everyMs, signal);
  }
}

function readInterval(intervalMs: number): number {
  const { shortestMs, longestMs, fallbackMs } = interval;
  if (intervalMs === 0) return fallbackMs;
  if (intervalMs >= shortestMs && intervalMs <= longestMs) return intervalMs;
  throw invalid('interval_ms', intervalMs, `expected ${shortestMs} to ${longestMs}, or 0 for ${fallbackMs}`);
}
