// Lists of the configuration as responses of nsp.v1, and what they are asked for with.

import {
  AttractorResponse,
  ConduitResponse,
  FlowResponse,
  GatewayResponse,
  StreamResponse,
  TrenchResponse,
  VipResponse,
} from '@syncline/proto/nsp-model.ts';
import {
  type FlowFilter,
  type InTrenchFilter,
  isTrench,
  matchesFlow,
  matchesInTrench,
  matchesStream,
  type StreamFilter,
  type TrenchFilter,
} from '../configuration/filter.ts';
import type { Configuration } from '../configuration/model.ts';
import { toAttractor, toConduit, toFlow, toGateway, toStream, toVip } from './model.ts';

/** What is watched of the configuration, and with which filter. */
export type ConfigurationInterest =
  | { readonly kind: 'trench'; readonly filter: TrenchFilter }
  | { readonly kind: 'stream'; readonly filter: StreamFilter }
  | { readonly kind: 'flow'; readonly filter: FlowFilter }
  | { readonly kind: 'conduit' | 'vip' | 'attractor' | 'gateway'; readonly filter: InTrenchFilter };

/** Injective: names of parents that are absent are not those that are empty. */
export function interestKey({ kind, filter }: ConfigurationInterest): string {
  return JSON.stringify([kind, namesOf(filter)]);
}

/** The encoded response to a watcher. */
export function configurationResponse(interest: ConfigurationInterest, of: Configuration): Uint8Array {
  switch (interest.kind) {
    case 'trench': {
      const trench = isTrench(interest.filter, of.trench) ? of.trench : undefined;
      return TrenchResponse.encode({ trench }).finish();
    }
    case 'conduit': {
      const conduits = of.conduits.filter((each) => matchesInTrench(interest.filter, each));
      return ConduitResponse.encode({ conduits: conduits.map(toConduit) }).finish();
    }
    case 'stream': {
      const streams = of.streams.filter((each) => matchesStream(interest.filter, each));
      return StreamResponse.encode({ streams: streams.map(toStream) }).finish();
    }
    case 'flow': {
      const flows = of.flows.filter((each) => matchesFlow(interest.filter, each));
      return FlowResponse.encode({ flows: flows.map(toFlow) }).finish();
    }
    case 'vip': {
      const vips = of.vips.filter((each) => matchesInTrench(interest.filter, each));
      return VipResponse.encode({ vips: vips.map(toVip) }).finish();
    }
    case 'attractor': {
      const attractors = of.attractors.filter((each) => matchesInTrench(interest.filter, each));
      return AttractorResponse.encode({ attractors: attractors.map(toAttractor) }).finish();
    }
    case 'gateway': {
      const gateways = of.gateways.filter((each) => matchesInTrench(interest.filter, each));
      return GatewayResponse.encode({ gateways: gateways.map(toGateway) }).finish();
    }
  }
}

type AnyFilter = TrenchFilter | InTrenchFilter | StreamFilter | FlowFilter | undefined;

/** The filter's own name and those of the parents that it has. */
function namesOf(filter: AnyFilter): readonly string[] {
  if (filter === undefined) return [];
  const parent: AnyFilter =
    'trench' in filter
      ? filter.trench
      : 'conduit' in filter
        ? filter.conduit
        : 'stream' in filter
          ? filter.stream
          : undefined;
  return [filter.name, ...namesOf(parent)];
}
