// The whole state of a tap, for people and for programs.

import {
  type ConduitDump,
  LinkState,
  type LoopDump,
  type StreamDump,
  StreamState,
  type TapDump,
} from '@syncline/proto/tap-admin.ts';
import { plainName } from './enum-name.ts';
import { type Printable, tableText } from './print.ts';
import { protoJson } from './proto-json.ts';
import { momentText } from './value-text.ts';

/** The dump as tables; what there is none of is left out. */
export function dumpText({ trench, conduits, streams, loops, ledger }: TapDump): string {
  const counts = Object.entries(ledger ?? {}).map(([fate, count]) => [fate.toUpperCase(), String(count)]);
  const columns = (row: readonly string[]) => row[0] ?? '';
  return [
    `trench  ${trench === '' ? 'none' : trench}`,
    ...table(conduitHead, conduits.map(conduitRow)),
    ...table(streamHead, streams.map(streamRow)),
    ...table(loopHead, loops.map(loopRow)),
    ...(ledger === undefined ? [] : table(counts.map(columns), [counts.map((count) => count[1] ?? '')])),
  ].join('\n\n');
}

/** The same for JSON: names as in the proto, enum values by name. */
export function dumpJson(dump: TapDump): Printable {
  return protoJson({
    ...dump,
    conduits: dump.conduits.map((conduit) => ({ ...conduit, link: plainName(LinkState, conduit.link) })),
    streams: dump.streams.map((stream) => ({ ...stream, state: stateOf(stream) })),
  });
}

const conduitHead = ['CONDUIT', 'LINK', 'SINCE', 'EPOCH', 'LOCAL IPS', 'GATEWAYS', 'VIPS', 'LAST ERROR'];
const streamHead = ['STREAM', 'STATE', 'SINCE', 'ID', 'REGISTERED', 'REASON'];
const loopHead = ['LOOP', 'PASSES', 'PHASE', 'AWAITS', 'FOR', 'DEADLINE'];

function conduitRow(conduit: ConduitDump): string[] {
  const { wantedVips, appliedVips } = conduit;
  const missing = wantedVips.filter((vip) => !appliedVips.includes(vip));
  return [
    conduit.name,
    plainName(LinkState, conduit.link),
    moment(conduit.sinceUnixMs),
    String(conduit.epoch),
    list(conduit.localIps),
    list(conduit.gateways),
    `${list(appliedVips)}${missing.length === 0 ? '' : ` (not yet ${list(missing)})`}`,
    conduit.lastError || '-',
  ];
}

function streamRow(stream: StreamDump): string[] {
  return [
    `${stream.name}.${stream.conduit}`,
    stateOf(stream),
    moment(stream.sinceUnixMs),
    stream.identifier === 0 ? '-' : `${stream.identifier} of ${stream.maxTargets}`,
    list(stream.registeredIps),
    stream.reason || '-',
  ];
}

/** A stream that is closed has no state of its own: it gives back what it held. */
function stateOf({ draining, state }: StreamDump): string {
  return draining ? 'draining' : plainName(StreamState, state);
}

function loopRow({ name, passes, phase, awaits, forMs, deadlineMs }: LoopDump): string[] {
  const deadline = deadlineMs === 0n ? 'none' : `${deadlineMs} ms`;
  return [name, String(passes), phase, awaits || '-', `${forMs} ms`, deadline];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [tableText(head, rows)];
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? '-' : texts.join(', ');
}

function moment(unixMs: bigint): string {
  return momentText(unixMs * 1_000_000n);
}
