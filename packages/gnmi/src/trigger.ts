// When a leaf of a STREAM subscription is sent after the initial set: the mode and the intervals of one
// Subscription, checked against what the server can keep up with.

import { type Subscription, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { GnmiRequestError } from './request-error.ts';

/** The shortest intervals that a server accepts, in nanoseconds. */
export interface IntervalLimits {
  /** Also what sample_interval 0, as fast as possible, means. */
  readonly minSampleInterval: bigint;
  readonly minHeartbeatInterval: bigint;
}

/**
 * What makes the server send a leaf. Intervals are nanoseconds, up to 2^64 - 1, so longer than any timer waits;
 * heartbeat 0 is none.
 */
export type Trigger =
  | { readonly kind: 'target_defined'; readonly heartbeat: bigint }
  | { readonly kind: 'on_change'; readonly heartbeat: bigint }
  | {
      readonly kind: 'sample';
      readonly interval: bigint;
      /** Skip leaves that did not change since the last sample; a heartbeat overrides it. */
      readonly suppressRedundant: boolean;
      readonly heartbeat: bigint;
    };

/** Reads the mode and the intervals of the Subscription in `field`. Throws GnmiRequestError. */
export function readTrigger(field: string, it: Subscription, limits: IntervalLimits): Trigger {
  const heartbeat = checkInterval(
    `${field}.heartbeat_interval`,
    it.heartbeatInterval,
    limits.minHeartbeatInterval,
  );
  switch (it.mode) {
    case SubscriptionMode.TARGET_DEFINED:
      if (it.sampleInterval !== 0n) {
        throw new GnmiRequestError(
          'INVALID_ARGUMENT',
          `${field}.sample_interval`,
          String(it.sampleInterval),
          'it needs mode SAMPLE, not TARGET_DEFINED',
        );
      }
      return { kind: 'target_defined', heartbeat };
    case SubscriptionMode.ON_CHANGE:
      // A sample_interval here means nothing; some collectors always send one.
      return { kind: 'on_change', heartbeat };
    case SubscriptionMode.SAMPLE: {
      const asked = checkInterval(`${field}.sample_interval`, it.sampleInterval, limits.minSampleInterval);
      const interval = asked === 0n ? limits.minSampleInterval : asked;
      return { kind: 'sample', interval, suppressRedundant: it.suppressRedundant, heartbeat };
    }
    case SubscriptionMode.UNRECOGNIZED:
    default:
      throw new GnmiRequestError(
        'INVALID_ARGUMENT',
        `${field}.mode`,
        String(it.mode),
        'there is no such mode',
      );
  }
}

function checkInterval(field: string, interval: bigint, minimum: bigint): bigint {
  if (interval === 0n || interval >= minimum) return interval;
  throw new GnmiRequestError(
    'INVALID_ARGUMENT',
    field,
    String(interval),
    `the minimum is ${minimum} nanoseconds`,
  );
}
