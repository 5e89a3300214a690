// The whole state of a tap at one moment, on the wire.

import { StreamState, type TapDump, LinkState as WireLink } from '@syncline/proto/tap-admin.ts';
import type { Liveness, LoopPhase } from '@syncline/runtime/liveness.ts';
import { streamKey } from '@syncline/trench/stream-name.ts';
import type { Ambassador } from '../ambassador/ambassador.ts';
import type { ConduitDump, LinkState } from '../conduit/conduit-dump.ts';
import type { Inbox } from '../link/inbox.ts';
import type { StreamStatus } from '../stream/status.ts';
import type { StatusBoard, StreamRow } from '../stream/status-board.ts';
import type { StreamDump } from '../stream/stream-dump.ts';

/** What a dump is taken of. */
export interface Dumped {
  readonly ambassador: Ambassador;
  readonly board: StatusBoard;
  readonly liveness: Liveness;
  readonly inbox: Inbox;
}

const links: Readonly<Record<LinkState, WireLink>> = {
  none: WireLink.NONE,
  requesting: WireLink.REQUESTING,
  up: WireLink.UP,
  down: WireLink.DOWN,
  closing: WireLink.CLOSING,
};

const states: Readonly<Record<StreamStatus, StreamState>> = {
  open: StreamState.OPEN,
  pending: StreamState.PENDING,
  unavailable: StreamState.UNAVAILABLE,
  undefined: StreamState.UNDEFINED,
};

/** Takes a dump. */
export function takeDump({ ambassador, board, liveness, inbox }: Dumped): TapDump {
  const conduits = ambassador.dump();
  const rows = board.rows.value;
  const streams = new Map(
    conduits.flatMap((conduit) => conduit.streams).map((stream) => [streamKey(stream.stream), stream]),
  );
  const listed = rows.map((row) => streamDump(row.stream, row, streams.get(streamKey(row.stream))));
  const draining = [...streams.values()].filter(({ isWanted }) => !isWanted);
  return {
    trench: ambassador.trench ?? '',
    conduits: conduits.map(conduitDump).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    streams: [...listed, ...draining.map((stream) => streamDump(stream.stream, undefined, stream))],
    loops: liveness.phases().map(loopDump),
    ledger: ledgerOf(inbox),
  };
}

function conduitDump(conduit: ConduitDump): TapDump['conduits'][number] {
  return {
    name: conduit.name.conduit,
    link: links[conduit.link],
    sinceUnixMs: BigInt(Math.trunc(conduit.sinceUnixMs)),
    epoch: BigInt(conduit.epoch),
    connectionId: conduit.connectionId,
    localIps: [...conduit.localIps],
    gateways: [...conduit.gateways],
    wantedVips: [...conduit.wantedVips],
    appliedVips: [...conduit.appliedVips],
    lastError: conduit.lastError || conduit.watchError,
  };
}

function streamDump(
  { stream, conduit }: StreamRow['stream'],
  row: StreamRow | undefined,
  dump: StreamDump | undefined,
): TapDump['streams'][number] {
  return {
    name: stream,
    conduit,
    state: row === undefined ? StreamState.UNSPECIFIED : states[row.status],
    reason: row?.reason ?? dump?.lastError ?? '',
    sinceUnixMs: BigInt(Math.trunc(row?.sinceUnixMs ?? 0)),
    wanted: row !== undefined,
    draining: row === undefined,
    identifier: dump?.identifier ?? 0,
    registeredIps: [...(dump?.registeredIps ?? [])],
    maxTargets: dump?.maxTargets ?? 0,
  };
}

function loopDump({ loop, passes, phase, awaits, forMs, deadlineMs }: LoopPhase): TapDump['loops'][number] {
  return {
    name: loop,
    passes: BigInt(passes),
    phase,
    awaits,
    forMs: BigInt(Math.trunc(forMs)),
    deadlineMs: Number.isFinite(deadlineMs) ? BigInt(Math.trunc(deadlineMs)) : 0n,
  };
}

function ledgerOf({ counts }: Inbox): TapDump['ledger'] {
  return {
    received: BigInt(counts.received),
    applied: BigInt(counts.applied),
    stale: BigInt(counts.stale),
    quarantined: BigInt(counts.quarantined),
  };
}
