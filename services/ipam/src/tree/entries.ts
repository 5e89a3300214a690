// What the tree is made of: a trench has conduits, a conduit has nodes, a node has leases. Families are trees apart.

import type { Address, Family } from '@syncline/trench/address.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { Branch, Placed } from './branch.ts';

/** The conduits of one trench in one family. */
export interface Trench {
  readonly family: Family;
  readonly name: string;
  readonly conduits: Branch<Conduit>;
}

export interface Conduit extends Placed {
  /** Unique in the tree for ever; the store's rows refer to it. */
  readonly id: number;
  readonly trench: Trench;
  readonly prefix: Prefix;
  readonly nodes: Branch<Node>;
}

export interface Node extends Placed {
  /** As a conduit's. */
  readonly id: number;
  readonly conduit: Conduit;
  readonly prefix: Prefix;
  readonly leases: Branch<Lease>;
}

/** An address that belongs to a name. */
export interface Lease extends Placed {
  readonly node: Node;
  readonly address: Address;
  /** It was released, and is held back for its last owner. */
  releasing: boolean;
}
