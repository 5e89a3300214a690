// What a client asked for, as the core takes it: paths as gnmi.Path bytes, intervals in milliseconds.

import type { GetPlan } from '@syncline/gnmi/get-request.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import type { ReadPath } from '@syncline/gnmi/read-request.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { SubscribePlan } from '@syncline/gnmi/subscribe-request.ts';
import type { Trigger } from '@syncline/gnmi/trigger.ts';
import { Path } from '@syncline/proto/gnmi.ts';
import type { Query, SelectedPath, Subscription } from '../core/protocol.ts';

/** A Get for the core. Throws GnmiRequestError for what needs a schema. */
export function queryOf(plan: GetPlan, target: string): Query {
  refuseModels('use_models', plan.models);
  const { encoding, depth, type } = plan;
  return { paths: plan.paths.map(pathBytes), type, encoding, depth, target };
}

/** A Subscribe for the core. Throws GnmiRequestError for what needs a schema. */
export function subscriptionOf(plan: SubscribePlan, target: string): Subscription {
  refuseModels('subscribe.use_models', plan.models);
  if (plan.configOnly) {
    const reason = 'which leaves are writable is known with a schema only';
    throw new GnmiRequestError('UNIMPLEMENTED', 'extension.config_subscription', '', reason);
  }
  const { mode, encoding, depth, updatesOnly } = plan;
  const paths =
    plan.mode === 'stream'
      ? plan.subscriptions.map((it) => ({ path: pathBytes(it), delivery: deliveryOf(it.trigger) }))
      : plan.subscriptions.map((it) => ({ path: pathBytes(it), delivery: onChange }));
  return { mode, updatesOnly, paths, encoding, depth, target };
}

const onChange: SelectedPath['delivery'] = { kind: 'change', heartbeatMs: 0 };

/** A target chooses for TARGET_DEFINED: we know of each change, so nothing is ever sampled unasked. */
function deliveryOf(trigger: Trigger): SelectedPath['delivery'] {
  const heartbeatMs = milliseconds(trigger.heartbeat);
  switch (trigger.kind) {
    case 'target_defined':
    case 'on_change':
      return { kind: 'change', heartbeatMs };
    case 'sample': {
      const { interval, suppressRedundant } = trigger;
      return { kind: 'sample', intervalMs: milliseconds(interval), heartbeatMs, suppressRedundant };
    }
  }
}

function refuseModels(field: string, models: readonly string[]): void {
  const [first] = models;
  if (first === undefined) return;
  const reason = 'which leaves belong to a model is known with a schema only';
  throw new GnmiRequestError('UNIMPLEMENTED', field, first, reason);
}

function pathBytes({ path }: ReadPath): Uint8Array {
  return Path.encode(toProto({ ...path, target: '' })).finish();
}

/** Rounded up: a client is never sent more than it asked for. */
function milliseconds(ns: bigint): number {
  return Number((ns + 999_999n) / 1_000_000n);
}
