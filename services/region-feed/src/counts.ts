// What this process has done, counted where it happens and read by /metrics.

import { type Operation, operations } from './world/mix.ts';

/** Why a heartbeat is sent: something happened, or PD is told of everything after a connect. */
export type Kind = Operation | 'report';
export const kinds: readonly Kind[] = [...operations, 'report'];

/** Counts since the start. */
export interface Counts {
  /** Heartbeats handed to the transport, by why. */
  readonly sent: Record<Kind, number>;
  /** Heartbeats that were owed and not sent, because a newer one of the region took their place. */
  superseded: number;
  /** Heartbeats that PD took for older than what it knows: another stream's had overtaken them. */
  refused: number;
  /** Heartbeats of stores that were answered. */
  storeHeartbeats: number;
  /** Orders of PD to regions, none of which is obeyed. */
  orders: number;
  /** Times that a PD was joined. */
  joins: number;
  /** Attempts and runs that ended with an error, by what it was. */
  readonly failures: Map<string, number>;
}

export function zeroCounts(): Counts {
  return {
    sent: { report: 0, repeat: 0, flow: 0, leader: 0, peer: 0, split: 0, merge: 0 },
    superseded: 0,
    refused: 0,
    storeHeartbeats: 0,
    orders: 0,
    joins: 0,
    failures: new Map(),
  };
}
