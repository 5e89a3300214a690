// A region as the store of its leader knows it. Only the World changes one.

/** A replica: on which store, and under which id. */
export interface Peer {
  readonly id: number;
  readonly store: number;
}

/** Traffic of the last interval. */
export interface Flow {
  readonly bytesWritten: number;
  readonly bytesRead: number;
  readonly keysWritten: number;
  readonly keysRead: number;
}

/** One region. It keeps its identity while it lives; neighbours in key order are its `previous` and `next`. */
export interface Region {
  readonly id: number;
  /** First position of its range. */
  readonly start: number;
  /** The position after its last. */
  readonly end: number;
  /** Raised by splits and merges. */
  readonly version: number;
  /** Raised by changes of peers. */
  readonly confVer: number;
  /** The leader's Raft term: raised by changes of the leader. */
  readonly term: number;
  readonly peers: readonly Peer[];
  /** One of the peers. */
  readonly leader: Peer;
  readonly flow: Flow;
  /** False once it was merged into a neighbour. */
  readonly alive: boolean;
  /** The region that ends where this one starts; undefined at the start of the key space. */
  readonly previous: Region | undefined;
  /**
   * The region that starts where this one ends. That of a region which is no longer alive still leads onwards in the
   * order of keys, so that a walk that stands on it finds its way.
   */
  readonly next: Region | undefined;
}

/** The stores that hold a peer of the region, its leader's among them. */
export function storesOf(region: Region): number[] {
  return region.peers.map(({ store }) => store);
}
