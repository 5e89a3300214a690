// A region syncer's status for people and for programs.

import {
  type Link,
  Phase,
  type RegionStatus,
  Role,
  StreamPhase,
  type StreamStatus,
} from '@syncline/proto/region.ts';
import { plainName } from './enum-name.ts';
import { type Printable, tableText } from './print.ts';
import { protoJson } from './proto-json.ts';

const seqBits = 36n;

/** An index as term:sequence; one of a PD, which has no terms, as it is. */
export function indexText(index: bigint): string {
  const term = index >> seqBits;
  return term === 0n ? String(index) : `${term}:${index - (term << seqBits)}`;
}

/** A digest's 64 bits. */
export function hashText(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}

/** Where the member is, in a few words. */
export function regionStateText({ phase, ready, notReadyReason }: RegionStatus): string {
  return `${plainName(Phase, phase)}, ${ready ? 'ready' : `not ready: ${notReadyReason}`}`;
}

/** The whole status as tables. */
export function regionStatusText(status: RegionStatus): string {
  const facts = [...ownFacts(status), ...linkFacts(status), ...pastFacts(status)];
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n'),
    ledgerText(status),
    ...(status.streams.length === 0 ? [] : [tableText(streamHead, status.streams.map(streamRow))]),
  ].join('\n\n');
}

/** The whole status for JSON: names as in the proto, enum values by name. */
export function regionStatusJson(status: RegionStatus): Printable {
  return protoJson({
    ...status,
    role: plainName(Role, status.role),
    phase: plainName(Phase, status.phase),
    streams: status.streams.map((stream) => ({ ...stream, phase: plainName(StreamPhase, stream.phase) })),
  });
}

type Fact = readonly [name: string, text: string];

function ownFacts(status: RegionStatus): readonly Fact[] {
  const { log } = status;
  return [
    ['member', `${status.name} (${status.memberId}), ${plainName(Role, status.role)} of ${status.clusterId}`],
    ['state', regionStateText(status)],
    ['regions', `${status.regions}, ${status.arenaBytes} bytes of memory`],
    ['digest', `${hashText(status.digest)}, ${status.digestMismatches} mismatches`],
    [
      'log',
      `${indexText(status.firstIndex)} to ${indexText(status.nextIndex)}, durable to ${indexText(status.durableIndex)}, ` +
        `checkpoint at ${indexText(status.appliedIndex)}`,
    ],
    ['kept', `${log?.retainedRecords ?? 0n} records, ${log?.retainedBytes ?? 0n} bytes`],
  ];
}

function linkFacts({ link }: RegionStatus): readonly Fact[] {
  if (link === undefined) return [];
  const kind = link.ours ? 'a Syncline' : 'a PD';
  return [
    ['leader', `${link.leaderAddress} (${kind}), last heard of ${link.lastFrameAgeMs} ms ago`],
    ['lag', `${link.lagRecords} records, ${link.lagMs} ms`],
    ...(link.frameFaults.length === 0 ? [] : [['frame faults', frameFaultsText(link)] as const]),
  ];
}

function frameFaultsText({ frameFaults }: Link): string {
  return frameFaults.map(({ list, frames }) => `${list} ${frames}`).join(', ');
}

function pastFacts({ joins, checkpoint, lastError }: RegionStatus): readonly Fact[] {
  const joined =
    joins &&
    `${joins.inSync} in sync, ${joins.replay} by replay, ${joins.delta} by delta, ${joins.snapshot} by snapshot` +
      (joins.lastReason === '' ? '' : ` (last: ${joins.lastReason})`) +
      (joins.refused === 0n ? '' : `, ${joins.refused} refused`);
  return [
    ...(joined === undefined ? [] : [['joins', joined] as const]),
    ['checkpoint', `${moment(checkpoint?.atUnixMs)}, took ${checkpoint?.durationMs ?? 0n} ms`],
    ...(lastError === undefined || lastError.message === ''
      ? []
      : [['last error', `${moment(lastError.atUnixMs)} ${lastError.message}`] as const]),
  ];
}

function ledgerText({ ledger }: RegionStatus): string {
  const counts = Object.entries(ledger ?? {});
  return tableText(
    counts.map(([fate]) => fate.toUpperCase()),
    [counts.map(([, count]) => String(count))],
  );
}

const streamHead = ['STREAM', 'FROM', 'KIND', 'PHASE', 'CURSOR', 'LAG', 'QUEUED', 'BLOCKED', 'SINCE'];

function streamRow(stream: StreamStatus): string[] {
  return [
    stream.name,
    stream.peerAddress,
    stream.ours ? 'syncline' : 'pd',
    plainName(StreamPhase, stream.phase),
    indexText(stream.cursor),
    String(stream.lagRecords),
    `${stream.queuedBytes} B`,
    `${stream.blockedMs} ms`,
    moment(stream.sinceUnixMs),
  ];
}

function moment(unixMs = 0n): string {
  return unixMs === 0n ? 'never' : new Date(Number(unixMs)).toISOString();
}
