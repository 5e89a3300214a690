// The bounds of a leader and the settings they come from.

import { bytes, duration, integer } from '@syncline/rpc/setting-types.ts';
import type { ChunkBounds } from '../log/chunk.ts';

/** What a leader grants to those who follow it and to the stores that tell it of regions. */
export interface LeaderLimits {
  /** Digits by which a region's traffic is rounded; a change that rounds to nothing makes no record. */
  readonly flowDigits: number;
  /** Largest block of a region, in bytes: what a PD takes in a frame. */
  readonly blockBytes: number;
  /** Streams of heartbeats; one more gets RESOURCE_EXHAUSTED. */
  readonly heartbeatStreams: number;
  /** Streams of followers; one more gets RESOURCE_EXHAUSTED. */
  readonly streams: number;
  /** Snapshots and deltas that are sent at a time. */
  readonly snapshots: number;
  /** Followers that may wait for theirs, and for how long, in ms. */
  readonly snapshotQueue: number;
  readonly snapshotWaitMs: number;
  /** How often one stream begins anew because the log did not hold what came next; then it ends. */
  readonly attempts: number;
  /** Wait before the second attempt, in ms; it doubles. */
  readonly attemptWaitMs: number;
  /** How often within the window, in ms, a stream may replace an older one of its name. */
  readonly evictions: number;
  readonly evictionWindowMs: number;
  /** Frames of one stream that the transport has not taken. */
  readonly inflightFrames: number;
  /** The largest frame of a snapshot or delta. */
  readonly snapshotFrame: ChunkBounds;
  /** The largest frame of records. */
  readonly logFrame: ChunkBounds;
  /** Longest piece of work for followers before others have their turn, in ms. */
  readonly turnMs: number;
  /** How long a follower that has everything hears nothing at the most, in ms. */
  readonly keepaliveMs: number;
  /** How long a follower may take nothing of what waits for it, or leave its first message out, in ms. */
  readonly stallMs: number;
}

/** A region's share of PD's 8 MiB for a message: what remains is for the head. */
const mostBlockBytes = 7 * 2 ** 20;

const anyWait = { min: '10ms', max: '24h' };

/** The settings of a leader, to be spread into the service's table. */
export const leaderSettings = {
  flowRound: integer(
    3,
    { min: '0', max: '12' },
    "Digits by which a region's traffic is rounded: a change that rounds to nothing is not synced.",
  ),
  heartbeatStreams: integer(
    1_000,
    { min: '1', max: '100000' },
    'Streams of heartbeats at a time, one for each store; one more gets RESOURCE_EXHAUSTED.',
  ),
  streams: integer(64, { min: '1', max: '10000' }, 'Followers at a time; one more gets RESOURCE_EXHAUSTED.'),
  snapshots: integer(4, { min: '1', max: '1000' }, 'Snapshots sent at a time; further followers wait.'),
  snapshotQueue: integer(60, { min: '0', max: '10000' }, 'Followers that may wait for their snapshot.'),
  snapshotWait: duration(
    '5m',
    anyWait,
    'How long a follower waits for its snapshot before its stream ends UNAVAILABLE.',
  ),
  snapshotAttempts: integer(
    3,
    { min: '1', max: '100' },
    'Snapshots that one stream is sent when the log does not hold what followed them.',
  ),
  snapshotRetry: duration('200ms', anyWait, 'Wait before the second of them; it doubles.'),
  evictions: integer(
    2,
    { min: '0', max: '1000' },
    'How often, within the window below, a stream may replace an older one of the same name.',
  ),
  evictionWindow: duration('60s', anyWait, 'The window that evictions are counted in.'),
  inflightFrames: integer(
    2,
    { min: '1', max: '64' },
    'Frames of one stream that the transport has not taken yet; more are not made.',
  ),
  snapshotFrame: bytes('1MiB', { min: '16KiB', max: '7MiB' }, 'Longest frame of a snapshot or delta.'),
  logFrame: bytes('256KiB', { min: '16KiB', max: '7MiB' }, 'Longest frame of records, and chunk of the log.'),
  frameRecords: integer(1_000, { min: '1', max: '1000' }, 'Most records of such a frame.'),
  turn: duration('2ms', { min: '1ms', max: '1s' }, 'Longest piece of work for followers at a time.'),
  keepalive: duration(
    '10s',
    { min: '100ms', max: '1h' },
    'How long a follower that has everything hears nothing at the most.',
  ),
  stall: duration(
    '10s',
    { min: '100ms', max: '1h' },
    'How long a follower may take nothing of what waits for it before its stream ends UNAVAILABLE.',
  ),
  traceEvery: integer(
    1_000,
    { min: '0', max: '1000000000' },
    'With an OTLP endpoint, one in so many records is traced besides those whose store asks for it; 0: none.',
  ),
};

/** The limits that these settings say. */
export function leaderLimits(
  settings: {
    readonly [Key in keyof typeof leaderSettings]: number;
  },
): LeaderLimits {
  const { frameRecords } = settings;
  return {
    flowDigits: settings.flowRound,
    blockBytes: mostBlockBytes,
    heartbeatStreams: settings.heartbeatStreams,
    streams: settings.streams,
    snapshots: settings.snapshots,
    snapshotQueue: settings.snapshotQueue,
    snapshotWaitMs: settings.snapshotWait,
    attempts: settings.snapshotAttempts,
    attemptWaitMs: settings.snapshotRetry,
    evictions: settings.evictions,
    evictionWindowMs: settings.evictionWindow,
    inflightFrames: settings.inflightFrames,
    snapshotFrame: { records: frameRecords, bytes: settings.snapshotFrame },
    logFrame: { records: frameRecords, bytes: settings.logFrame },
    turnMs: settings.turn,
    keepaliveMs: settings.keepalive,
    stallMs: settings.stall,
  };
}
