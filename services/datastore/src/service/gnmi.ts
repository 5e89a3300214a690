// gnmi.gNMI on running: Capabilities, Get and Subscribe. Set waits for the configuration side.

import { supportedEncodings } from '@syncline/gnmi/encoding.ts';
import { readExtensions, refuseDepth } from '@syncline/gnmi/extension.ts';
import { gnmiVersion } from '@syncline/gnmi/version.ts';
import {
  type CapabilityRequest,
  type CapabilityResponse,
  gNMIDefinition,
  type ModelData,
} from '@syncline/proto/gnmi.ts';
import { type Binding, implement, rawBidi } from '@syncline/rpc/binding.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { ServedDatastore } from '../northbound/target.ts';
import { type GetParts, get } from './gnmi-get.ts';
import { toServerError } from './gnmi-status.ts';
import { type SubscribeParts, subscribeHandler } from './gnmi-subscribe.ts';

/** What gNMI needs of the process. */
export interface GnmiParts extends GetParts, SubscribeParts {}

/** Everything serve() needs for gnmi.gNMI. */
export function gnmiBindings(parts: GnmiParts): readonly Binding[] {
  return [
    implement<typeof definition, 'subscribe'>(definition, {
      capabilities: (request) => answered(() => capabilities(request, parts.served())),
      get: (request, { signal }) => answered(() => get(request, parts, signal)),
      set: () => answered(refuseSet),
    }),
    rawBidi(gNMIDefinition, 'subscribe', subscribeHandler(parts)),
  ];
}

/** The core has encoded the answer to Get already. */
const asEncoded = {
  encode: (bytes: Uint8Array) => ({ finish: () => bytes }),
  decode: (bytes: Uint8Array) => bytes,
};

const definition = {
  ...gNMIDefinition,
  methods: {
    ...gNMIDefinition.methods,
    get: { ...gNMIDefinition.methods.get, responseType: asEncoded },
  },
} as const;

async function answered<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    throw toServerError(error);
  }
}

function capabilities(request: CapabilityRequest, served: readonly ServedDatastore[]): CapabilityResponse {
  refuseDepth(readExtensions(request.extension), 'Capabilities');
  const models = new Map<string, ModelData>();
  for (const model of served.flatMap((datastore) => datastore.models)) {
    models.set(`${model.name}@${model.version}`, model);
  }
  return {
    supportedModels: [...models.values()],
    supportedEncodings: [...supportedEncodings],
    gNMIVersion: gnmiVersion,
    extension: [],
  };
}

function refuseSet(): never {
  throw new ServerError(
    Status.UNIMPLEMENTED,
    'Set: this datastore shows the running state of its device and does not change it; set it on the device itself',
  );
}
