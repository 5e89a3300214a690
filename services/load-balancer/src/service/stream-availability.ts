// loadbalancer.v1: which streams have a target, for whoever announces their VIPs.

import { type Response, StreamAvailabilityServiceDefinition } from '@syncline/proto/loadbalancer-v1.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import type { DataPlane } from '../plane/data-plane.ts';
import type { StreamSpec } from '../stream/stream-row.ts';

/** Everything serve() needs for loadbalancer.v1.StreamAvailabilityService. */
export function streamAvailabilityBinding(plane: DataPlane): Binding {
  return implement(StreamAvailabilityServiceDefinition, {
    async *watch(_, { signal }) {
      for await (const streams of plane.available.values(signal)) yield toResponse(streams);
    },
  });
}

function toResponse(streams: readonly StreamSpec[]): Response {
  return {
    targets: streams.map(({ name: { trench, conduit, stream }, maxTargets }) => ({
      context: {},
      stream: {
        name: stream,
        conduit: { name: conduit, trench: { name: trench }, destinationPortNats: [] },
        maxTargets,
      },
    })),
  };
}
