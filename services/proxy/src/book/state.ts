// What the proxy remembers across a restart, and the changes it goes through.
// Invariant: an address that the IPAM may keep for us belongs to a live connection, to a bridge, or to an owed release.

import type { Held } from '../connection/connection.ts';

/** For whom the IPAM keeps addresses: the bridge of a conduit, or one of its connections. */
export type Owner = { readonly kind: 'bridge' } | { readonly kind: 'connection'; readonly id: string };

/** Addresses that are to be released once nobody wants them. */
export interface Owed {
  /** The subnet that they are of. */
  readonly subnet: number;
  readonly owner: Owner;
  /** The interface name that the connection had: it gets it back when it returns before the release. */
  readonly interfaceName: string | undefined;
}

/** One conduit. */
export interface ConduitState {
  /** The subnet that its addresses are to be of: 0 at first. */
  readonly subnet: number;
  /** By the client's id. */
  readonly connections: ReadonlyMap<string, Held>;
  /** By owedKey(). */
  readonly owed: ReadonlyMap<string, Owed>;
}

/** All conduits, by name. */
export type BookState = ReadonlyMap<string, ConduitState>;

/** Why a release is not owed any more: it was done, its owner came back, or it is left to the IPAM's garbage collection. */
export type Cleared = 'released' | 'wanted' | 'abandoned';

/** A step from one state to the next; several that belong together are made at once or not at all. */
export type Change = { readonly conduit: string } & (
  | { readonly kind: 'put'; readonly held: Held }
  | { readonly kind: 'delete'; readonly last: Held }
  | { readonly kind: 'subnet'; readonly subnet: number }
  | { readonly kind: 'owe'; readonly owed: Owed }
  | { readonly kind: 'clear'; readonly owed: Owed; readonly why: Cleared }
);

/** Of one owner, whatever the subnet. */
export function ownerKey(owner: Owner): string {
  return owner.kind === 'bridge' ? 'bridge' : `connection ${owner.id}`;
}

/** Of one owner among those of all conduits, for people too. */
export function holderName(conduit: string, owner: Owner): string {
  return `${ownerKey(owner)} of conduit "${conduit}"`;
}

/** Of one owner in one subnet. */
export function owedKey({ subnet, owner }: Pick<Owed, 'subnet' | 'owner'>): string {
  return `${subnet} ${ownerKey(owner)}`;
}
