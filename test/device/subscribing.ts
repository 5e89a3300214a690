// Subscriptions of a device in the words of a test: paths as text, intervals in milliseconds.

import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding, SubscribeRequest, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';

/** One path of a subscription; intervals in milliseconds. */
export interface Subscribed {
  readonly path: string;
  readonly mode?: keyof typeof SubscriptionMode;
  readonly sampleMs?: number;
  readonly heartbeatMs?: number;
  readonly suppressRedundant?: boolean;
}

/** What to subscribe to. */
export interface Subscribing {
  readonly mode?: keyof typeof SubscriptionList_Mode;
  readonly encoding?: Encoding;
  readonly target?: string;
  readonly updatesOnly?: boolean;
  readonly paths: readonly Subscribed[];
}

/** The first message of a Subscribe. */
export function subscribeRequest({
  mode,
  encoding,
  target,
  updatesOnly,
  paths,
}: Subscribing): SubscribeRequest {
  return SubscribeRequest.fromPartial({
    request: {
      $case: 'subscribe',
      value: {
        ...(target !== undefined && { prefix: { target } }),
        mode: SubscriptionList_Mode[mode ?? 'STREAM'],
        encoding: encoding ?? Encoding.PROTO,
        updatesOnly: updatesOnly ?? false,
        subscription: paths.map((it) => ({
          path: toProto(parsePath(it.path)),
          mode: SubscriptionMode[it.mode ?? 'ON_CHANGE'],
          sampleInterval: BigInt(it.sampleMs ?? 0) * 1_000_000n,
          heartbeatInterval: BigInt(it.heartbeatMs ?? 0) * 1_000_000n,
          suppressRedundant: it.suppressRedundant ?? false,
        })),
      },
    },
  });
}
