// What a session sends to its device, as bytes. One Subscription per path; a target only where it is configured,
// because then the device has to echo it; a sample interval only for SAMPLE, where alone it means something.

import type { Path } from '@syncline/gnmi/path.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import {
  Encoding,
  GetRequest,
  GetRequest_DataType,
  SubscribeRequest,
  SubscriptionList_Mode,
  SubscriptionMode,
} from '@syncline/proto/gnmi.ts';
import type { SyncMode } from './plan.ts';
import type { Terms } from './state.ts';

/** What is read from a device. */
export interface Interest {
  /** Goes into prefix.target; '' for none. */
  readonly targetName: string;
  readonly paths: readonly Path[];
}

/** The first and only message of a Subscribe. */
export function subscribeRequest(interest: Interest, mode: SyncMode, terms: Terms): Uint8Array {
  const sampleInterval = mode.kind === 'stream' && terms.delivery === 'SAMPLE' ? mode.sampleIntervalNs : 0n;
  return SubscribeRequest.encode(
    SubscribeRequest.fromPartial({
      request: {
        $case: 'subscribe',
        value: {
          prefix: prefixOf(interest.targetName),
          subscription: interest.paths.map((path) => ({
            path: toProto(path),
            mode: SubscriptionMode[terms.delivery],
            sampleInterval,
          })),
          mode: mode.kind === 'once' ? SubscriptionList_Mode.ONCE : SubscriptionList_Mode.STREAM,
          encoding: Encoding[terms.encoding],
        },
      },
    }),
  ).finish();
}

/**
 * A poll of one path: the configuration under it, as upstream's SM_GET asks for it. Each path is asked for alone,
 * because a device refuses a Get as a whole when there is nothing at one of its paths.
 */
export function getRequest({ targetName }: Interest, path: Path, terms: Terms): Uint8Array {
  return GetRequest.encode(
    GetRequest.fromPartial({
      prefix: prefixOf(targetName),
      path: [toProto(path)],
      type: GetRequest_DataType.CONFIG,
      encoding: Encoding[terms.encoding],
    }),
  ).finish();
}

function prefixOf(targetName: string) {
  return targetName === '' ? undefined : { target: targetName };
}
