// The field numbers of pdpb.SyncRegionResponse, of upstream's and of our own.

export const frameField = {
  header: 1,
  regions: 2,
  startIndex: 3,
  stats: 4,
  leaders: 5,
  buckets: 6,
  term: 20001,
  kind: 20002,
  previous: 20003,
  leaderNext: 20004,
  leaderUnixMs: 20005,
  digest: 20006,
  traceparent: 20007,
  removed: 20008,
  total: 20009,
} as const;

/** Of pdpb.ResponseHeader. */
export const headerField = { clusterId: 1, error: 2 } as const;

/** A digest on the wire: 256 buckets of 8 bytes, little endian. */
export const digestBytes = 2_048;
