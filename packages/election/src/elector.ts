// Leadership with a fencing token: who may write, and the number by which stores and followers tell a stale writer.
// Engines differ in how they decide; what they promise is said here and tested by election-contract.fixture.ts.

/** Somebody who can be elected. */
export interface Candidate {
  /** Unique among the candidates of an election. */
  readonly id: string;
  /** Where followers reach it, as `host:port`. */
  readonly address: string;
}

/** The candidate that leads, as everybody sees it. */
export interface Leader extends Candidate {
  readonly token: bigint;
}

/**
 * One term of one leader. Once lost it is never valid again: the next term is another object with a greater token.
 */
export interface Leadership {
  /**
   * The fencing token: strictly greater than every token given before in this election, across restarts too.
   * What the leader writes or sends carries it, and whoever has seen a greater one refuses.
   */
  readonly token: bigint;
  /**
   * Whether the term still lasts, at this moment: false as soon as another may win, even where a late timer has kept
   * `lost` from firing. Read it synchronously before every durable batch and every frame; the token closes what is
   * left of the window.
   */
  readonly held: boolean;
  /** Aborts once, with a LeadershipLostError, before another candidate can win. */
  readonly lost: AbortSignal;
  /**
   * Gives the term up: `lost` has aborted when this returns, and another may win when it resolves. Does nothing the
   * second time, and when the term was lost already.
   */
  resign(): Promise<void>;
}

/** What watches the leader: undefined while nobody leads, or while it is not known who does. */
export type LeaderListener = (leader: Leader | undefined) => void;

/**
 * One candidate's part in an election. Disposing it resigns, ends a campaign with ElectorClosedError, and tells its
 * listeners no more.
 */
export interface Elector extends AsyncDisposable {
  readonly candidate: Candidate;
  /**
   * Waits until this candidate leads. Rejects with the signal's reason, after which the candidate will not be elected
   * by this call; with AlreadyCandidateError while it leads or campaigns; and with the engine's error when no token
   * can be had.
   */
  campaign(options: { readonly signal: AbortSignal }): Promise<Leadership>;
  /**
   * Calls `listener` with who leads, as soon as that is known, and each time it changes; never with the same leader
   * twice in a row. Leaders that came and went in between may be left out. Disposing ends it. Throws
   * ElectorClosedError once the elector is disposed of.
   */
  observe(listener: LeaderListener): Disposable;
}
