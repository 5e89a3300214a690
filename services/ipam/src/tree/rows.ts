// The tree as a store keeps it, and what can change of it. A row refers to its parent by the parent's id.

import type { Family } from '@syncline/trench/address.ts';

export interface ConduitRow {
  readonly id: number;
  readonly family: Family;
  readonly trench: string;
  readonly name: string;
  readonly slot: number;
}

export interface NodeRow {
  readonly id: number;
  readonly conduit: number;
  readonly name: string;
  readonly slot: number;
}

export interface LeaseRow {
  readonly node: number;
  readonly name: string;
  readonly slot: number;
  /** It was released, and is held back for its last owner. */
  readonly releasing: boolean;
}

export interface TreeRows {
  readonly conduits: readonly ConduitRow[];
  readonly nodes: readonly NodeRow[];
  readonly leases: readonly LeaseRow[];
}

/** One change of the tree. Removing something removes all below it. */
export type Change =
  | { readonly kind: 'add-conduit'; readonly row: ConduitRow }
  | { readonly kind: 'add-node'; readonly row: NodeRow }
  | { readonly kind: 'add-lease'; readonly row: LeaseRow }
  | {
      readonly kind: 'set-releasing';
      readonly node: number;
      readonly name: string;
      readonly releasing: boolean;
    }
  | { readonly kind: 'remove-lease'; readonly node: number; readonly name: string }
  | { readonly kind: 'remove-node'; readonly id: number }
  | { readonly kind: 'remove-conduit'; readonly id: number };
