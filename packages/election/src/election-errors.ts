// How a term or a campaign can end.

/** A term is over; the reason of `Leadership.lost`. */
export class LeadershipLostError extends Error {
  override name = 'LeadershipLostError';
  readonly token: bigint;

  /** @param why what ended it, such as `resigned` or `the lease ran out` */
  constructor(token: bigint, why: string) {
    super(`leadership ${token} is over: ${why}`);
    this.token = token;
  }
}

/** A candidate campaigned that leads or campaigns already. */
export class AlreadyCandidateError extends Error {
  override name = 'AlreadyCandidateError';
  readonly candidate: string;

  constructor(candidate: string) {
    super(`candidate ${candidate} leads or campaigns already`);
    this.candidate = candidate;
  }
}

/** A campaign was ended, or refused, because its elector is disposed of. */
export class ElectorClosedError extends Error {
  override name = 'ElectorClosedError';
  readonly candidate: string;

  constructor(candidate: string) {
    super(`the elector of candidate ${candidate} is closed`);
    this.candidate = candidate;
  }
}
