// The present state of the proxy, as Status gives it.

import { State } from '@syncline/proto/connection.ts';
import {
  type ConduitName,
  type ConduitStatus,
  ConnectionState,
  type ConnectionStatus,
  type Counts,
  type StatusResponse,
} from '@syncline/proto/proxy-admin.ts';
import type { Conduit } from '../conduit/conduit.ts';
import type { Held } from '../connection/connection.ts';
import type { Outcomes } from '../counts.ts';
import type { Proxy } from '../proxy.ts';
import { faultMessage } from '../wire/fault.ts';

/** All of it, of one moment. */
export function statusOf(proxy: Proxy): StatusResponse {
  const conduits = proxy.conduits.toSorted((a, b) => compare(a.settings.conduit, b.settings.conduit));
  return {
    conduits: conduits.map(conduitStatus),
    connections: conduits
      .flatMap((conduit) =>
        [...conduit.state.connections.values()].map((held) => connectionStatus(conduit, held)),
      )
      .toSorted((a, b) => compare(a.id, b.id)),
    faults: proxy.faults.armed.map(({ fault, conduit }) => ({
      fault: faultMessage(fault),
      conduit: conduits.filter(({ settings }) => settings.conduit === conduit).map(nameOf)[0],
    })),
    counts: countsOf(proxy),
  };
}

function conduitStatus(conduit: Conduit): ConduitStatus {
  const { bridge, state } = conduit;
  return {
    name: nameOf(conduit),
    bridgeAddresses: [...(bridge.present?.addresses ?? [])],
    connections: state.connections.size,
    lastError: conduit.lastError,
  };
}

function connectionStatus(
  conduit: Conduit,
  { id, connection, assigned, sinceUnixMs }: Held,
): ConnectionStatus {
  const { srcIpAddrs } = connection.context.ipContext;
  return {
    id,
    conduit: nameOf(conduit),
    state: connection.state === State.DOWN ? ConnectionState.DOWN : ConnectionState.UP,
    srcIps: srcIpAddrs.filter((address) => assigned.src.includes(address)),
    vips: srcIpAddrs.filter((address) => !assigned.src.includes(address)),
    sinceUnixMs: BigInt(sinceUnixMs),
    expiresInMs: expiresInMs(conduit, id),
  };
}

/** 0 is never, so one that is just about to be ended has 1 ms left. */
function expiresInMs(conduit: Conduit, id: string): bigint {
  const leftMs = conduit.expiresInMs(id);
  return leftMs === undefined ? 0n : BigInt(Math.max(1, Math.ceil(leftMs)));
}

function countsOf({ counts, monitor, conduits }: Proxy): Counts {
  return {
    requests: BigInt(sum(counts.requests)),
    closes: BigInt(sum(counts.closes)),
    monitors: monitor.watchers.size,
    eventsSent: BigInt(counts.events.messages),
    releasing: conduits.reduce((all, { state }) => all + state.owed.size, 0),
  };
}

function nameOf({ settings }: Conduit): ConduitName {
  const { trench, conduit } = settings;
  return { trench, conduit };
}

function sum(outcomes: Outcomes): number {
  return [...outcomes.values()].reduce((all, each) => all + each, 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
