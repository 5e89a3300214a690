// What a cluster has seen before this feed came. A world that begins above it is newer than all of it, by PD's rules.

/** The highest of each that the cluster knows of. */
export interface Floor {
  readonly regionId: number;
  readonly peerId: number;
  readonly version: number;
  readonly confVer: number;
}

/** The region with which a cluster is bootstrapped: all of the key space, with one peer on store 1. */
export const bootstrapRegion: Floor = { regionId: 1, peerId: 1, version: 1, confVer: 1 };
