// The bounds of the northbound side and the settings they come from.

import { bytes, duration, integer } from '@syncline/rpc/setting-types.ts';

/** What one process grants its subscribers. */
export interface NorthboundLimits {
  /** Subscribe RPCs that have a subscription, all datastores together; one more gets RESOURCE_EXHAUSTED. */
  readonly maxSubscribers: number;
  /** Bytes that may wait to be sent to one subscriber before it is brought up to date by pages, 64 KiB or more. */
  readonly queueBytes: number;
  /** Bytes that wait for one subscriber from which on the device's next batch waits for it, 64 KiB or more. */
  readonly backpressureBytes: number;
  /** How long a batch waits for a subscriber at the most, in ms; 0 is not at all. */
  readonly backpressureMs: number;
  /** How long a subscriber may take none of the bytes that wait for it before its RPC ends ABORTED, in ms. */
  readonly slowConsumerMs: number;
  /** How long the core may owe a subscriber a page before its RPC ends UNAVAILABLE, in ms. */
  readonly pageDeadlineMs: number;
  /** Polls that may wait while a set is being sent. */
  readonly maxPolls: number;
  /** How long a Subscribe RPC may be open without its first message, in ms. */
  readonly firstMessageMs: number;
  /** Paths of one Get, or subscriptions of one Subscribe. */
  readonly maxPaths: number;
  /** The fastest sampling, in ms; also what sample_interval 0 means. */
  readonly minSampleMs: number;
  readonly minHeartbeatMs: number;
  /** Largest GetResponse, in bytes. */
  readonly getBytes: number;
  /** How long the core may take for a Get, in ms; the client's own deadline may be earlier. */
  readonly getDeadlineMs: number;
}

/** A queue that holds less would not be reported as drained, see RawCall.onDrain. */
const leastQueueBytes = 64 * 1024;

/** The settings of the northbound side, to be spread into the service's table. */
export const northboundSettings = {
  maxSubscribers: integer(
    1000,
    { min: '1', max: '100000' },
    'gNMI subscribers at a time; one more gets RESOURCE_EXHAUSTED.',
  ),
  subscriberQueue: bytes(
    '512KiB',
    { min: '64KiB', max: '64MiB' },
    'Bytes that may wait for one subscriber before it gets the newest values only.',
  ),
  backpressure: duration(
    '50ms',
    { min: '0ms', max: '1s' },
    'Longest wait of a device for subscribers who have a quarter of a queue to read; 0ms is none.',
  ),
  slowConsumer: duration(
    '60s',
    { min: '100ms', max: '1h' },
    'How long a subscriber may read nothing of what waits for it before it ends with ABORTED.',
  ),
  pageDeadline: duration(
    '120s',
    { min: '100ms', max: '1h' },
    'How long a subscriber waits for the core before it ends with UNAVAILABLE.',
  ),
  maxPolls: integer(16, { min: '1', max: '1000' }, 'Polls that may wait while a set is being sent.'),
  firstMessage: duration(
    '30s',
    { min: '100ms', max: '1h' },
    'How long a Subscribe may stay open without its first message.',
  ),
  maxPaths: integer(
    1000,
    { min: '1', max: '100000' },
    'Paths of one Get, or subscriptions of one Subscribe; more are INVALID_ARGUMENT.',
  ),
  minSample: duration(
    '100ms',
    { min: '10ms', max: '1h' },
    'The fastest sampling served; a shorter sample_interval is INVALID_ARGUMENT, 0 means this one.',
  ),
  minHeartbeat: duration(
    '1s',
    { min: '10ms', max: '1h' },
    'The shortest heartbeat_interval served; a shorter one is INVALID_ARGUMENT.',
  ),
  getSize: bytes(
    '64MiB',
    { min: '64KiB', max: '1GiB' },
    'Largest answer to a Get; a larger one is RESOURCE_EXHAUSTED.',
  ),
  getDeadline: duration('30s', { min: '100ms', max: '1h' }, 'How long a Get may take.'),
};

/** The limits that these settings say. */
export function northboundLimits(
  settings: {
    readonly [Key in keyof typeof northboundSettings]: number;
  },
): NorthboundLimits {
  return {
    maxSubscribers: settings.maxSubscribers,
    queueBytes: settings.subscriberQueue,
    backpressureBytes: Math.max(leastQueueBytes, settings.subscriberQueue / 4),
    backpressureMs: settings.backpressure,
    slowConsumerMs: settings.slowConsumer,
    pageDeadlineMs: settings.pageDeadline,
    maxPolls: settings.maxPolls,
    firstMessageMs: settings.firstMessage,
    maxPaths: settings.maxPaths,
    minSampleMs: settings.minSample,
    minHeartbeatMs: settings.minHeartbeat,
    getBytes: settings.getSize,
    getDeadlineMs: settings.getDeadline,
  };
}
