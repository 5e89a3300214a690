// What a load balancer says, for people and for programs.

import {
  Dropped_Reason as DropReason,
  type LoadBalancerStats,
  type LookupResponse,
  type NspLink,
  type StreamStats,
} from '@syncline/proto/loadbalancer-admin.ts';
import { plainName } from './enum-name.ts';
import { type Printable, tableText } from './print.ts';
import { protoJson } from './proto-json.ts';
import { momentText } from './value-text.ts';
import { withRest } from './with-rest.ts';

/** Where a packet goes, in a line. */
export function outcomeText({ outcome }: LookupResponse): string {
  if (outcome?.$case === 'forwarded') {
    const { identifier, ips, stream, flow, slot } = outcome.value;
    return `${ips.join(', ')}  target ${identifier} of stream ${stream}, flow ${flow}, slot ${slot}`;
  }
  if (outcome?.value.reason === DropReason.NO_TARGET) {
    const { flow, stream } = outcome.value;
    return `dropped: flow ${flow} matches, and its stream ${stream} has no target`;
  }
  return 'dropped: no flow matches';
}

/** The same for JSON. */
export function outcomeJson({ outcome }: LookupResponse, staleMs: number): Printable {
  const age = { stale_ms: staleMs };
  if (outcome === undefined) return age;
  if (outcome.$case === 'forwarded') return { outcome: 'forwarded', ...outcome.value, ...age };
  const { reason, flow, stream } = outcome.value;
  return { outcome: 'dropped', reason: plainName(DropReason, reason), flow, stream, ...age };
}

/** The tables, a row each, and what they go by; with `perTarget`, the targets of each below. */
export function statsText(stats: LoadBalancerStats, perTarget: boolean): string {
  return [
    tableText(streamHead, stats.streams.map(streamRow)),
    ...(perTarget ? stats.streams.filter(({ targets }) => targets.length > 0).map(targetsText) : []),
    `dropped: ${stats.droppedNoFlow} without a flow, ${stats.droppedNoTarget} without a target`,
    linkText(stats.nsp),
    ...(stats.refusedRowCount === 0 ? [] : [refusedText(stats)]),
  ].join('\n\n');
}

/** The same for JSON: names as in the proto. */
export function statsJson(stats: LoadBalancerStats): Printable {
  return protoJson(stats);
}

const streamHead = [
  'STREAM',
  'SLOTS',
  'TARGETS',
  'SLOTS OF EACH',
  'LOOKUPS',
  'LAST CHANGE',
  'REMAPPED',
  'COLLATERAL',
];

function streamRow(stream: StreamStats): string[] {
  const { tableSize, maxTargets, targets, lookups, lastChange } = stream;
  const slots = targets.map((target) => target.slots);
  const change = lastChange && [
    `${momentText(lastChange.atUnixMs * 1_000_000n)} +${lastChange.targetsAdded} -${lastChange.targetsRemoved}`,
    ofTable(lastChange.remappedSlots, tableSize),
    ofTable(lastChange.collateralSlots, tableSize),
  ];
  return [
    nameOf(stream),
    String(tableSize),
    `${targets.length} of ${maxTargets}`,
    slots.length === 0 ? '-' : `${Math.min(...slots)} to ${Math.max(...slots)}`,
    String(lookups),
    ...(change ?? ['never', '-', '-']),
  ];
}

function targetsText(stream: StreamStats): string {
  const rows = stream.targets.map(({ identifier, ips, slots, share, lookups }) => [
    String(identifier),
    ips.join(', '),
    String(slots),
    `${(share * 100).toFixed(2)} %`,
    String(lookups),
  ]);
  return `${nameOf(stream)}\n${tableText(['TARGET', 'IPS', 'SLOTS', 'SHARE', 'LOOKUPS'], rows)}`;
}

function linkText(nsp: NspLink | undefined): string {
  if (nsp === undefined) return 'NSP: the service does not say';
  const { address, inStep, staleMs, reason } = nsp;
  if (inStep) return `NSP ${address}: in step`;
  return `NSP ${address}: ${staleMs === 0n ? 'has not told all' : `lost for ${staleMs} ms`}: ${reason}`;
}

function refusedText({ refusedRows, refusedRowCount }: LoadBalancerStats): string {
  const lines = refusedRows.map(({ row, reason }) => `${row}: ${reason}`);
  return ['rows of the NSP that are not used:', ...withRest(lines, refusedRowCount)].join('\n');
}

function nameOf({ name, conduit, trench }: StreamStats): string {
  return `${name}.${conduit}.${trench}`;
}

function ofTable(slots: number, size: number): string {
  return `${slots} (${((slots / size) * 100).toFixed(1)} %)`;
}
