// A datastore's status for people and for programs.

import {
  type DatastoreStatus,
  SessionState,
  type SyncStatus,
  Window_Kind,
} from '@syncline/proto/datastore.ts';
import { plainName } from './enum-name.ts';
import { type Printable, tableText } from './print.ts';
import { momentText } from './value-text.ts';

/** Where the datastore is, in one word and its reasons. */
export function stateText({ synced, connected, paused, degraded }: DatastoreStatus): string {
  const words = [
    paused ? 'paused' : synced ? 'synced' : connected ? 'connected, not synced' : 'not connected',
    ...(degraded === '' ? [] : [`degraded: ${degraded}`]),
  ];
  return words.join(', ');
}

/** The whole status as tables. */
export function statusText(status: DatastoreStatus): string {
  const { northbound, commits } = status;
  const facts: [string, string][] = [
    ['datastore', status.datastore],
    ['state', stateText(status)],
    ['running', `version ${status.runningVersion}, ${status.leaves} leaves, ${status.valueBytes} bytes`],
    ['commits', `${commits?.committed ?? 0n} done, ${commits?.failed ?? 0n} failed${lastError(status)}`],
    [
      'subscribers',
      `${northbound?.subscribers ?? 0} (${northbound?.lagging ?? 0} lagging), ` +
        `${northbound?.updatesSent ?? 0n} updates sent, ${northbound?.coalesced ?? 0n} coalesced, ` +
        `${northbound?.slowConsumers ?? 0n} ended as slow`,
    ],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const refused = status.syncs.flatMap(({ name, quarantined }) =>
    quarantined.map(({ path, reason, atNs }) => [name, momentText(atNs), path, reason]),
  );
  return [
    facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n'),
    tableText(['SYNC', 'STATE', 'EPOCH', 'LAST SYNC', 'RETRIES', 'DETAIL'], status.syncs.map(sessionRow)),
    tableText(ledgerHead, status.syncs.map(ledgerRow)),
    ...(refused.length === 0 ? [] : [tableText(['SYNC', 'REFUSED', 'PATH', 'REASON'], refused)]),
  ].join('\n\n');
}

function lastError({ commits }: DatastoreStatus): string {
  return commits === undefined || commits.lastError === '' ? '' : ` (${commits.lastError})`;
}

function sessionRow({ name, state, epoch, lastSyncNs, attempts, detail }: SyncStatus): string[] {
  return [
    name,
    plainName(SessionState, state),
    String(epoch),
    momentText(lastSyncNs),
    String(attempts),
    detail,
  ];
}

const ledgerHead = [
  'SYNC',
  'RECEIVED',
  'APPLIED',
  'SUPERSEDED',
  'STALE',
  'QUARANTINED',
  'PENDING',
  'DROPPED',
  'SWEPT',
];

function ledgerRow({ name, ledger }: SyncStatus): string[] {
  const counts = [
    ledger?.received,
    ledger?.applied,
    ledger?.superseded,
    ledger?.stale,
    ledger?.quarantined,
    ledger?.pending,
    ledger?.dropped,
    ledger?.swept,
  ];
  return [name, ...counts.map((count) => String(count ?? 0n))];
}

/** The whole status for JSON: names as in the proto, enum values by name. */
export function statusJson(status: DatastoreStatus): Printable {
  const { commits, northbound } = status;
  return {
    datastore: status.datastore,
    connected: status.connected,
    synced: status.synced,
    paused: status.paused,
    degraded: status.degraded,
    running_version: status.runningVersion,
    leaves: status.leaves,
    value_bytes: status.valueBytes,
    commits: commits && {
      committed: commits.committed,
      failed: commits.failed,
      discarded: commits.discarded,
      in_flight_ms: commits.inFlightMs,
      last_error: commits.lastError,
    },
    northbound: northbound && {
      subscribers: northbound.subscribers,
      lagging: northbound.lagging,
      slow_consumers: northbound.slowConsumers,
      updates_sent: northbound.updatesSent,
      coalesced: northbound.coalesced,
    },
    syncs: status.syncs.map(syncJson),
  };
}

function syncJson({ ledger, window, quarantined, ...sync }: SyncStatus): Printable {
  return {
    name: sync.name,
    state: plainName(SessionState, sync.state),
    epoch: sync.epoch,
    last_sync_ns: sync.lastSyncNs,
    detail: sync.detail,
    retry_at_ns: sync.retryAtNs,
    attempts: sync.attempts,
    paused_ms: sync.pausedMs,
    resyncs: sync.resyncs,
    ledger: ledger && {
      received: ledger.received,
      applied: ledger.applied,
      superseded: ledger.superseded,
      stale: ledger.stale,
      quarantined: ledger.quarantined,
      pending: ledger.pending,
      dropped: ledger.dropped,
      notifications: ledger.notifications,
      sync_responses: ledger.syncResponses,
      unchanged: ledger.unchanged,
      regressions: ledger.regressions,
      swept: ledger.swept,
      bytes: ledger.bytes,
    },
    window: window && {
      kind: plainName(Window_Kind, window.kind),
      leaves: window.leaves,
      bytes: window.bytes,
      spilled: window.spilled,
    },
    quarantined: quarantined.map(({ path, reason, atNs }) => ({ path, reason, at_ns: atNs })),
  };
}
