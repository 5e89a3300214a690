// gNMI Subscribe as a raw stream: the first message becomes a subscription, later ones are polls. A half-close ends
// POLL once what was asked for is answered; STREAM goes on (gNMI clients close their side and still expect updates).

import { expectFirstMessage } from '@syncline/gnmi/first-message.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { checkPoll, parseSubscribe, type SubscribePlan } from '@syncline/gnmi/subscribe-request.ts';
import { SubscribeRequest } from '@syncline/proto/gnmi.ts';
import type { RawCall, RawHandler } from '@syncline/rpc/raw-call.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { Status } from 'nice-grpc-common';
import type { Fanout } from '../northbound/fanout.ts';
import type { NorthboundLimits } from '../northbound/limits.ts';
import { subscriptionOf } from '../northbound/selection.ts';
import type { Subscriber } from '../northbound/subscriber.ts';
import { type Addressed, addressed, type ServedDatastore } from '../northbound/target.ts';
import { toServerError, undecodable } from './gnmi-status.ts';

/** What Subscribe needs of the process. */
export interface SubscribeParts {
  readonly served: () => readonly ServedDatastore[];
  readonly fanout: Fanout;
  readonly limits: NorthboundLimits;
  readonly clock: Clock;
}

/** Answers Subscribe. */
export function subscribeHandler(parts: SubscribeParts): RawHandler {
  return (call) => {
    let open: { readonly mode: SubscribePlan['mode']; readonly subscriber: Subscriber } | undefined;
    const unasked = expectFirstMessage(parts.clock, parts.limits.firstMessageMs, call.signal, (details) =>
      call.end(Status.DEADLINE_EXCEEDED, details),
    );
    call.onMessage((bytes) => {
      const request = decode(bytes);
      try {
        if (open === undefined) {
          unasked.clear();
          open = subscribe(call, request, parts);
        } else {
          checkPoll(open.mode, request);
          open.subscriber.poll();
        }
      } catch (error) {
        throw toServerError(error);
      }
    });
    call.onHalfClose(() => {
      if (open !== undefined) open.subscriber.halfClosed();
      else call.end(Status.INVALID_ARGUMENT, 'subscribe: the client closed its side without sending it');
    });
  };
}

function subscribe(call: RawCall, request: SubscribeRequest, { served, fanout, limits }: SubscribeParts) {
  const named = request.request?.$case === 'subscribe' ? (request.request.value.prefix?.target ?? '') : '';
  const { datastore, target } = theOne(named, addressed(named, served()));
  const plan = parseSubscribe(request, {
    maxPaths: limits.maxPaths,
    minSampleInterval: BigInt(limits.minSampleMs) * 1_000_000n,
    minHeartbeatInterval: BigInt(limits.minHeartbeatMs) * 1_000_000n,
    models: new Set(datastore.models.map(({ name }) => name)),
  });
  const subscriber = fanout.subscribe(call, datastore.number, subscriptionOf(plan, target));
  return { mode: plan.mode, subscriber };
}

/** One RPC follows one datastore: its sync_response and its order are that datastore's. */
function theOne(target: string, [first, ...others]: readonly Addressed[]): Addressed {
  if (first !== undefined && others.length === 0) return first;
  const reason = `a Subscribe follows one datastore, and ${others.length + 1} are served: open one for each`;
  throw new GnmiRequestError('UNIMPLEMENTED', 'subscribe.prefix.target', target, reason);
}

function decode(bytes: Uint8Array): SubscribeRequest {
  try {
    return SubscribeRequest.decode(bytes);
  } catch (error) {
    throw undecodable('gnmi.SubscribeRequest', error);
  }
}
