// What the device has served since it started, for Status.

import type { SetRequest } from '@syncline/proto/gnmi.ts';

/** Set requests that are remembered. */
const maxSets = 100;

/** The methods of gnmi.gNMI. */
export type GnmiMethod = 'Capabilities' | 'Get' | 'Set' | 'Subscribe';

/** Counts, kept by those who serve. */
export class Served {
  /** RPCs received. */
  readonly calls: Record<GnmiMethod, bigint> = { Capabilities: 0n, Get: 0n, Set: 0n, Subscribe: 0n };
  /** Written to subscribers. */
  readonly sent = { notifications: 0, updates: 0, syncResponses: 0 };
  readonly #sets: SetRequest[] = [];

  /** The last Set requests that changed the tree, oldest first. */
  get sets(): readonly SetRequest[] {
    return this.#sets;
  }

  remember(request: SetRequest): void {
    this.#sets.push(request);
    if (this.#sets.length > maxSets) this.#sets.shift();
  }
}
