// How far copies are behind. A leader has a line for each stream, a follower one for itself.

/** One copy's lag. */
export interface FollowerLag {
  readonly name: string;
  /** The next record that it is sent (asked of a leader) or lacks (asked of a follower). */
  readonly next: number;
  readonly records: number;
  /** Age of the oldest record that it lacks, in ms; 0 when it lacks none. */
  readonly ms: number;
}

export interface LagView {
  /** Of a leader the next index it assigns; of a follower the leader's as it was last told, 0 before. */
  readonly leaderNext: number;
  readonly followers: readonly FollowerLag[];
}
