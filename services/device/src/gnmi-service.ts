// gnmi.gNMI on the device's tree: Capabilities, Get and Set. Subscribe is a raw stream of its own.

import { supportedEncodings } from '@syncline/gnmi/encoding.ts';
import { readExtensions, refuseDepth } from '@syncline/gnmi/extension.ts';
import { parseGet } from '@syncline/gnmi/get-request.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { parseSet } from '@syncline/gnmi/set-request.ts';
import { gnmiVersion } from '@syncline/gnmi/version.ts';
import {
  type CapabilityRequest,
  type CapabilityResponse,
  type GetRequest,
  type GetResponse,
  gNMIDefinition,
  UpdateResult_Operation as Op,
  type Path,
  type SetRequest,
  type SetResponse,
  type UpdateResult,
} from '@syncline/proto/gnmi.ts';
import { type Binding, implement, rawBidi } from '@syncline/rpc/binding.ts';
import { ServerError } from 'nice-grpc-common';
import type { ChangeSpan } from './change-span.ts';
import { get } from './get.ts';
import { answered } from './gnmi-status.ts';
import { type SubscribeParts, subscribeHandler } from './gnmi-subscribe.ts';
import { scopeOf } from './models.ts';
import { setOperations } from './set.ts';

/** What gNMI acts on. */
export interface GnmiParts extends SubscribeParts {
  readonly traced: ChangeSpan;
  readonly maxGetLeaves: number;
  /** Whether the tree is this machine's own state, which nobody else changes. */
  readonly isHost: boolean;
}

/** All that serve() needs for gnmi.gNMI. */
export function gnmiBindings(parts: GnmiParts): readonly Binding[] {
  return [
    implement<typeof gNMIDefinition, 'subscribe'>(gNMIDefinition, {
      capabilities: (request, { signal }) => answered(() => capabilities(request, parts, signal)),
      get: (request) => answered(() => readTree(request, parts)),
      set: (request, { signal }) => answered(() => changeTree(request, parts, signal)),
    }),
    rawBidi(gNMIDefinition, 'subscribe', subscribeHandler(parts)),
  ];
}

async function capabilities(
  request: CapabilityRequest,
  { device, served, models }: GnmiParts,
  signal: AbortSignal,
): Promise<CapabilityResponse> {
  served.calls.Capabilities++;
  refuseDepth(readExtensions(request.extension), 'Capabilities');
  if (device.faults.of('hang_capabilities') !== undefined) await device.faults.healed(signal);
  const advertised = device.faults.of('advertise_encodings')?.encodings ?? supportedEncodings;
  return {
    supportedModels: models.map(({ name, organization, version }) => ({ name, organization, version })),
    supportedEncodings: [...advertised],
    gNMIVersion: gnmiVersion,
    extension: [],
  };
}

function readTree(request: GetRequest, parts: GnmiParts): GetResponse {
  const { device, served, models, limits } = parts;
  served.calls.Get++;
  const plan = parseGet(request, limits);
  const bounds = { scope: scopeOf(models, plan.models), maxLeaves: parts.maxGetLeaves };
  const answers = get(device.tree, plan, bounds);
  return {
    notification: answers.map((found) => ({
      timestamp: device.clock.now(),
      prefix: targetPrefix(plan.target),
      update: found.map(({ path, value }) => ({
        path: toProto(path),
        value: undefined,
        val: { value },
        duplicates: 0,
      })),
      delete: [],
      atomic: false,
    })),
    error: undefined,
    extension: [],
  };
}

async function changeTree(request: SetRequest, parts: GnmiParts, signal: AbortSignal): Promise<SetResponse> {
  const { device, served, limits, traced, isHost } = parts;
  served.calls.Set++;
  if (device.faults.of('hang_set') !== undefined) await device.faults.healed(signal);
  const rejection = device.faults.of('reject_set');
  if (rejection !== undefined) throw new ServerError(rejection.code, rejection.text);
  const plan = parseSet(request, limits);
  if (isHost) {
    throw new GnmiRequestError(
      'UNIMPLEMENTED',
      'Set',
      '',
      "this device shows its machine's own state, which gNMI cannot set",
    );
  }
  const operations = setOperations(device.tree, plan);
  const timestamp = device.clock.now();
  if (operations.length > 0) {
    traced('set', (traceparent) => device.apply(operations, { timestamp, traceparent }));
    served.remember(request);
  }
  const { delete: deletes, replace, update } = request;
  return {
    prefix: targetPrefix(plan.target),
    response: [
      ...deletes.map((path) => resultOf(path, Op.DELETE)),
      ...replace.map(({ path }) => resultOf(path, Op.REPLACE)),
      ...update.map(({ path }) => resultOf(path, Op.UPDATE)),
    ],
    message: undefined,
    timestamp,
    extension: [],
  };
}

function resultOf(path: Path | undefined, op: Op): UpdateResult {
  return { timestamp: 0n, path, message: undefined, op };
}

/** The prefix of an answer: it repeats the target, and is absent when the client named none. */
function targetPrefix(target: string): Path | undefined {
  return target === '' ? undefined : { element: [], origin: '', elem: [], target };
}
