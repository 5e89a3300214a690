// Calls whose caller names the leader by metadata are passed on to it, as PD does for clients that reach a follower only.
// Invariant: nothing is called but the client URLs of the leader that this member knows; there is one line to each.

import type { Connection } from '@syncline/rpc/connect.ts';
import type { Onward } from '@syncline/rpc/forward/forwarding.ts';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { addressOf } from '../cluster/client-url.ts';
import type { PdParts } from './pd-parts.ts';

/** PD's: the client URL of the member that is to answer. */
const hostKey = 'pd-forwarded-host';

/** What PD answers itself, whatever the metadata say. */
const answeredHere: ReadonlySet<string> = new Set([
  '/pdpb.PD/GetMembers',
  '/pdpb.PD/GetClusterInfo',
  '/pdpb.PD/SyncRegions',
]);

/** Disposing it ends the calls that were passed on, UNAVAILABLE. */
export class LeaderLines implements Disposable {
  readonly #parts: Pick<PdParts, 'member'>;
  readonly #open: (address: string) => Connection;
  readonly #lines = new Map<string, Connection>();
  #forwarded = 0;

  /** `open` makes a line to `host:port`, which has no identity of its own: the leader asks the caller's. */
  constructor(parts: Pick<PdParts, 'member'>, open: (address: string) => Connection) {
    this.#parts = parts;
    this.#open = open;
  }

  /** Calls that were passed on. */
  get forwarded(): number {
    return this.#forwarded;
  }

  /**
   * Where a call goes; undefined when it is answered here. Throws ServerError as PD does: INVALID_ARGUMENT for a host that
   * is not the leader's, UNAVAILABLE while no leader is known.
   */
  route(path: string, metadata: Metadata): Onward | undefined {
    const named = metadata.get(hostKey);
    if (named === undefined || named === '' || answeredHere.has(path)) return undefined;
    const { role, roster } = this.#parts.member;
    const { leader } = roster;
    // One that is to lead says itself that it does not yet.
    if (leader === undefined && role === 'leader') return undefined;
    if (leader === undefined) throw new ServerError(Status.UNAVAILABLE, 'not leader');
    const addresses = leader.clientUrls.map(addressOf);
    const address = addressOf(named.toString());
    if (address === undefined || !addresses.includes(address)) throw notLeaders(named.toString());
    const [self] = roster.members;
    if (self?.clientUrls.map(addressOf).includes(address)) return undefined;
    this.#forget(addresses);
    this.#forwarded += 1;
    const onward = Metadata(metadata);
    onward.delete(hostKey);
    return { connection: this.#line(address), metadata: onward };
  }

  [Symbol.dispose](): void {
    this.#forget([]);
  }

  #line(address: string): Connection {
    const line = this.#lines.get(address) ?? this.#open(address);
    this.#lines.set(address, line);
    return line;
  }

  /** Who leads no more is not called any more. */
  #forget(present: readonly (string | undefined)[]): void {
    for (const [address, line] of this.#lines) {
      if (present.includes(address)) continue;
      this.#lines.delete(address);
      line[Symbol.dispose]();
    }
  }
}

// With "not leader" in it, in its own form, since PD's clients look for that to ask anew who leads.
function notLeaders(host: string): ServerError {
  const named = JSON.stringify(host);
  return new ServerError(
    Status.INVALID_ARGUMENT,
    `forwarded host ${named} is not a client URL of the PD leader: pd is not leader of cluster`,
  );
}
