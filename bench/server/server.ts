// What stands between the target and the subscriber while something is measured.

import type { Collector } from './collector.ts';
import type { Datastore } from './datastore.ts';
import type { Pipe } from './pipe.ts';

/** What a subscriber needs to see the target's leaves at a server. */
export interface Northbound {
  /** host:port. */
  readonly address: string;
  readonly target: string;
  readonly origin: string;
}

/** A server that follows the target. */
export type Server = Pipe | Collector | Datastore;

/** P, O and ours: what is measured, in this order, in each run. */
export interface Contender {
  readonly name: Server['kind'];
  /** Starts one that follows the target at `device` (host:port). */
  start(device: string, signal: AbortSignal): Promise<Server>;
}

/** How the target is called northbound. */
export const targetName = 'bench';
