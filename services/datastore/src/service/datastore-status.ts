// A datastore's view in the words of syncline.datastore.v1: sessions from the main thread, the rest from the core.

import {
  type DatastoreStatus,
  type NorthboundStatus,
  type Ledger as ProtoLedger,
  type SyncStatus,
  Window_Kind,
} from '@syncline/proto/datastore.ts';
import type { DatastoreView } from '../catalog/datastore.ts';
import { emptyLedger } from '../core/ledger.ts';
import type { CoreSyncStatus, Ledger } from '../core/protocol.ts';
import type { NorthboundCounts } from '../northbound/counts.ts';
import { isConnected, isSynced, toProtoState } from './session-status.ts';

type SessionOf = DatastoreView['sessions'][number];

/** The whole status of one datastore. */
export function toDatastoreStatus(
  datastore: string,
  { paused, sessions, core, degraded }: DatastoreView,
  northbound: NorthboundCounts,
): DatastoreStatus {
  return {
    datastore,
    connected: isConnected(sessions),
    synced: isSynced(sessions),
    paused,
    runningVersion: BigInt(core?.version ?? 0),
    leaves: BigInt(core?.leaves ?? 0),
    valueBytes: BigInt(core?.valueBytes ?? 0),
    syncs: sessions.map((session) =>
      toSyncStatus(
        session,
        core?.syncs.find(({ slot }) => slot === session.slot),
      ),
    ),
    commits: {
      committed: BigInt(core?.commits.committed ?? 0),
      failed: BigInt(core?.commits.failed ?? 0),
      discarded: BigInt(core?.commits.discarded ?? 0),
      inFlightMs: BigInt(Math.round(core?.commits.inFlightMs ?? 0)),
      lastError: core?.commits.lastError ?? '',
    },
    northbound: toNorthboundStatus(northbound),
    degraded,
  };
}

function toSyncStatus({ name, view }: SessionOf, core: CoreSyncStatus | undefined): SyncStatus {
  const { state, retryAtNs, attempts, pausedMs, begun } = view;
  return {
    name,
    state: toProtoState(state.phase),
    epoch: BigInt(state.epoch),
    lastSyncNs: core?.lastSyncNs ?? 0n,
    detail: state.detail,
    retryAtNs,
    attempts,
    ledger: toProtoLedger(core?.ledger ?? emptyLedger()),
    window: {
      kind: windowKinds[core?.window.kind ?? 'none'],
      leaves: BigInt(core?.window.leaves ?? 0),
      bytes: BigInt(core?.window.bytes ?? 0),
      spilled: BigInt(core?.window.spilled ?? 0),
    },
    pausedMs: BigInt(pausedMs),
    quarantined: [...(core?.quarantined ?? [])],
    resyncs: Object.fromEntries(Array.from(begun, ([why, times]) => [why, BigInt(times)])),
  };
}

const windowKinds = {
  none: Window_Kind.UNSPECIFIED,
  replace: Window_Kind.REPLACE,
  merge: Window_Kind.MERGE,
} as const;

function toProtoLedger(ledger: Readonly<Ledger>): ProtoLedger {
  return {
    received: BigInt(ledger.received),
    applied: BigInt(ledger.applied),
    superseded: BigInt(ledger.superseded),
    stale: BigInt(ledger.stale),
    quarantined: BigInt(ledger.quarantined),
    pending: BigInt(ledger.pending),
    dropped: BigInt(ledger.dropped),
    notifications: BigInt(ledger.notifications),
    syncResponses: BigInt(ledger.syncResponses),
    unchanged: BigInt(ledger.unchanged),
    regressions: BigInt(ledger.regressions),
    swept: BigInt(ledger.swept),
    bytes: BigInt(ledger.bytes),
  };
}

function toNorthboundStatus(counts: NorthboundCounts): NorthboundStatus {
  return {
    subscribers: counts.subscribers,
    lagging: counts.lagging,
    slowConsumers: BigInt(counts.slowConsumers),
    updatesSent: BigInt(counts.updates),
    coalesced: BigInt(counts.coalesced),
  };
}
