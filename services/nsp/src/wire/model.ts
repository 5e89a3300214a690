// Objects of the configuration as messages of nsp.v1.

import type * as nsp from '@syncline/proto/nsp-model.ts';
import type { Attractor, Conduit, Flow, Gateway, PortNat, Stream, Vip } from '../configuration/model.ts';

export function toConduit({ name, trench, destinationPortNats }: Conduit): nsp.Conduit {
  return { name, trench, destinationPortNats: destinationPortNats.map(toPortNat) };
}

export function toStream({ name, conduit, maxTargets }: Stream): nsp.Stream {
  return { name, conduit: toConduit(conduit), maxTargets };
}

export function toFlow(flow: Flow): nsp.Flow {
  return {
    name: flow.name,
    sourceSubnets: [...flow.sourceSubnets],
    destinationPortRanges: [...flow.destinationPortRanges],
    sourcePortRanges: [...flow.sourcePortRanges],
    protocols: [...flow.protocols],
    priority: flow.priority,
    stream: toStream(flow.stream),
    vips: flow.vips.map(toVip),
    byteMatches: [...flow.byteMatches],
  };
}

export function toVip({ name, address, trench }: Vip): nsp.Vip {
  return { name, address, trench };
}

export function toAttractor({ name, trench, vips, gateways }: Attractor): nsp.Attractor {
  return { name, trench, vips: vips.map(toVip), gateways: gateways.map(toGateway) };
}

export function toGateway(gateway: Gateway): nsp.Gateway {
  return { ...gateway };
}

function toPortNat({ port, targetPort, vips, protocol }: PortNat): nsp.Conduit_PortNat {
  return { port, targetPort, vips: vips.map(toVip), protocol };
}
