// What crosses to the store's thread and back.

/** The trench and node that the connections of a file are of. */
export interface Place {
  readonly trench: string;
  readonly namespace: string;
  readonly node: string;
}

export interface ConnectionRow {
  readonly conduit: string;
  readonly id: string;
  readonly connection: Uint8Array;
  readonly subnet: number;
  readonly src: string;
  readonly dst: string;
  readonly sinceUnixMs: number;
}

export interface OwedRow {
  readonly conduit: string;
  readonly subnet: number;
  /** Empty for the bridge. */
  readonly id: string;
  readonly interface: string | null;
}

export interface SubnetRow {
  readonly name: string;
  readonly subnet: number;
}

/** One step of a commit. */
export type RowChange =
  | { readonly kind: 'put'; readonly row: ConnectionRow }
  | { readonly kind: 'delete'; readonly conduit: string; readonly id: string }
  | { readonly kind: 'subnet'; readonly row: SubnetRow }
  | { readonly kind: 'owe'; readonly row: OwedRow }
  | { readonly kind: 'clear'; readonly row: OwedRow };

/** All that is kept. */
export interface Rows {
  readonly subnets: readonly SubnetRow[];
  readonly connections: readonly ConnectionRow[];
  readonly owed: readonly OwedRow[];
}
