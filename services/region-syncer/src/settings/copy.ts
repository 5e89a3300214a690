// The settings of one copy of the regions, in memory and on disk, and the bounds they are.

import { bytes, choice, duration, integer } from '@syncline/rpc/setting-types.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import type { ReplicaSettings } from '../replica/replica-settings.ts';
import type { RegionStoreOptions } from '../store/store-options.ts';

const anyWait = { min: '10ms', max: '24h' };
const anySize = { min: '64KiB', max: '16384GiB' };

/** To be spread into the service's table. */
export const copySettings = {
  retentionRecords: integer(
    2_000_000,
    { min: '1000', max: '1000000000' },
    'Records of the log that are kept on disk for followers that come back.',
  ),
  retentionBytes: bytes('512MiB', anySize, 'Bytes of the log that are kept for them.'),
  pinnedBytes: bytes('1GiB', anySize, 'Bytes more that running snapshots may keep of it.'),
  tailRecords: integer(
    200_000,
    { min: '1000', max: '100000000' },
    'Newest records of the log that stay in memory.',
  ),
  tailBytes: bytes('64MiB', anySize, 'Bytes of them.'),
  tombstones: integer(
    1_000_000,
    { min: '1', max: '100000000' },
    'Removed regions that are remembered, to tell a follower what changed without the log.',
  ),
  checkpointRecords: integer(
    500_000,
    { min: '1', max: '1000000000' },
    'Records after which a checkpoint is written, or RETENTION_BYTES / 2; at least half of all regions or of their bytes.',
  ),
  checkpointRetry: duration(
    '10s',
    anyWait,
    'Wait before a checkpoint, or the trim of the log that follows it, is tried again when it failed.',
  ),
  pending: bytes(
    '32MiB',
    anySize,
    'Bytes of records that wait for the disk, beyond which heartbeats or the leader are not read.',
  ),
  gather: duration(
    '10ms',
    { min: '0ms', max: '10s' },
    'How long a follower lets records wait to be written together; a kill loses as much, and it is sent again.',
  ),
  arenaPage: bytes('4MiB', { min: '1MiB', max: '256MiB' }, 'Unit in which memory for regions is taken.'),
  sparePages: integer(8, { min: '0', max: '10000' }, 'Empty units that are kept for later.'),

  synchronous: choice(
    ['normal', 'full'],
    'normal',
    'With full a power cut loses no record that a follower was sent; with normal a kill loses none.',
  ),
  autocheckpoint: integer(
    200,
    { min: '1', max: '1000000' },
    "Pages of SQLite's write-ahead log that are moved at once: fewer make shorter pauses.",
  ),
  disk: bytes('64GiB', { min: '16MiB', max: '16384GiB' }, 'How large the file may grow.'),
  segment: integer(
    50_000,
    { min: '1000', max: '100000000' },
    'Records of the log that are dropped together.',
  ),
  piece: bytes('8MiB', { min: '1MiB', max: '256MiB' }, 'Bytes of a checkpoint that are written at once.'),
  storeDeadline: duration(
    '30s',
    anyWait,
    'How long the store may take for one piece of work; half of it for another process that has the file.',
  ),
  storeRetry: duration('20ms', anyWait, 'Wait before a write that failed is tried again; it doubles.'),
  storeRetryMax: duration('1s', anyWait, 'Longest such wait.'),
};

/** Runs of a checkpoint, as long as a frame of a snapshot by default: what is read and sent in one go. */
const runBytes = 2 ** 20;

/** A service's settings, of which these are a part. */
type Values = ValuesOf<typeof copySettings> & {
  readonly role: 'leader' | 'follower';
  readonly logFrame: number;
  readonly frameRecords: number;
  readonly turn: number;
};

/** How the store uses `file`. */
export function storeOptions(settings: Values, file: string): RegionStoreOptions {
  return {
    file,
    synchronous: settings.synchronous === 'full' ? 'FULL' : 'NORMAL',
    walPages: settings.autocheckpoint,
    diskBytes: settings.disk,
    segmentRecords: settings.segment,
    chunk: chunkBounds(settings),
    pieceBytes: settings.piece,
    // Below the deadline, so that the opening says which file another process has.
    busyTimeoutMs: Math.floor(settings.storeDeadline / 2),
  };
}

/** What bounds the copy. */
export function replicaSettings(settings: Values): ReplicaSettings {
  return {
    regions: {
      pageBytes: settings.arenaPage,
      sparePages: settings.sparePages,
      tombstones: settings.tombstones,
    },
    chunk: chunkBounds(settings),
    tail: { records: settings.tailRecords, bytes: settings.tailBytes },
    pendingBytes: settings.pending,
    gatherMs: settings.role === 'leader' ? 0 : settings.gather,
    retry: { initialMs: settings.storeRetry, maxMs: settings.storeRetryMax },
    retention: {
      records: settings.retentionRecords,
      bytes: settings.retentionBytes,
      pinnedBytes: settings.pinnedBytes,
    },
    checkpointRecords: settings.checkpointRecords,
    checkpointRetryMs: settings.checkpointRetry,
    pieceBytes: settings.piece,
    runBytes,
    turnMs: settings.turn,
  };
}

/** A chunk of the log is what a frame of records carries. */
function chunkBounds({ frameRecords, logFrame }: Values): RegionStoreOptions['chunk'] {
  return { records: frameRecords, bytes: logFrame };
}
