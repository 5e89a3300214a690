// What this process has done, counted where it happens and read by /metrics and Status.

import type { Cleared } from './book/state.ts';

/** What became of a Request or a Close: `OK`, or the gRPC status it was refused with. */
export type Outcomes = Map<string, number>;

/** Counts since the start. */
export interface Counts {
  readonly requests: Outcomes;
  readonly closes: Outcomes;
  /** Releases that are not owed any more, by why. */
  readonly cleared: Record<Cleared, number>;
  /** Connections that got other addresses or gateways without a Request. */
  readdressed: number;
  /** Connections that were ended because the IPAM has no such conduit any more. */
  orphaned: number;
  /** Addresses that the IPAM gave although another has them. */
  clashes: number;
  /** Calls of the IPAM that failed, by method and status. */
  readonly ipamFailures: Map<string, number>;
  readonly events: {
    /** Changes that watchers were to be told of. */
    offered: number;
    /** Of these, those in whose place a newer one of the same connection came. */
    conflated: number;
    told: number;
    /** Those that a fault withheld. */
    dropped: number;
    /** Those that were not told because their watcher left. */
    abandoned: number;
    /** Messages that watchers took, initial events and repetitions among them. */
    messages: number;
  };
  /** Watchers that were ended because too much waited for them. */
  watchersEnded: number;
}

export function zeroCounts(): Counts {
  return {
    requests: new Map(),
    closes: new Map(),
    cleared: { released: 0, wanted: 0, abandoned: 0 },
    readdressed: 0,
    orphaned: 0,
    clashes: 0,
    ipamFailures: new Map(),
    events: { offered: 0, conflated: 0, told: 0, dropped: 0, abandoned: 0, messages: 0 },
    watchersEnded: 0,
  };
}

/** Counts one more of `what`. */
export function countOne(counted: Map<string, number>, what: string): void {
  counted.set(what, (counted.get(what) ?? 0) + 1);
}
