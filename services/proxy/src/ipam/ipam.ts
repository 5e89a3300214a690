// What the proxy asks of the IPAM: one address for each child of a node's prefix, the same one each time.

import type { Family } from '@syncline/trench/address.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';

/** Who an address is for. */
export interface Child {
  readonly trench: string;
  readonly conduit: string;
  /** Whose prefix it is taken from. */
  readonly node: string;
  readonly name: string;
  readonly family: Family;
}

/** The service, or a model of it. Every call ends when its signal aborts, with the signal's reason. */
export interface Ipam {
  /** The child's address, with the length of the node's prefix. Rejects with IpamError. */
  allocate(child: Child, signal: AbortSignal): Promise<Prefix>;
  /** Does nothing when there is no such child. Rejects with IpamError; then it may have been released all the same. */
  release(child: Child, signal: AbortSignal): Promise<void>;
}

/** The IPAM did not do what it was asked. */
export class IpamError extends Error {
  override name = 'IpamError';
  /** What kind of refusal it was, in a word for a metric: a gRPC status. */
  readonly reason: string;

  constructor(reason: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
