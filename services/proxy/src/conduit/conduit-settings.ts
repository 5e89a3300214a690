// How one conduit is served.

import type { BackoffSettings } from '@syncline/runtime/backoff.ts';
import type { Family } from '@syncline/trench/address.ts';

export interface ConduitSettings {
  readonly trench: string;
  readonly conduit: string;
  readonly node: string;
  /** `proxy.<conduit>.<trench>.<namespace>`. */
  readonly networkService: string;
  /** The proxy's name in paths, and that of the endpoint. */
  readonly hopName: string;
  readonly families: readonly Family[];
  /** How many subnets its addresses are taken from, in turn, when they are changed. */
  readonly subnets: number;
  /** How many connections it may have. */
  readonly connections: number;
  /** How long a Request may wait for addresses, in ms. */
  readonly requestMs: number;
  /** How often the IPAM is told that an address is still used, in ms. */
  readonly renewMs: number;
  /** How long a loop may take for one step, which is some calls of the IPAM and of the store, before it counts as hung, in ms. */
  readonly stepMs: number;
  /** How many owners' addresses are asked for or released at a time. */
  readonly parallel: number;
  /** The waits between attempts to get addresses. */
  readonly retry: BackoffSettings;
  readonly release: {
    /** How long addresses outlive their connection, in ms. */
    readonly delayMs: number;
    readonly retry: BackoffSettings;
    /** After so many failures it is left to the IPAM's garbage collection. */
    readonly attempts: number;
    /** How many may be owed; beyond it the oldest is left to the IPAM. */
    readonly backlog: number;
  };
  /** How long a connection lives without a Request, in ms; undefined for ever. */
  readonly expiryMs: number | undefined;
}
