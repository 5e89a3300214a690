// What is served at this moment: a member that loads, and then the one that leads or follows with what was loaded.
// Every request looks here anew, so nothing of a member that is gone is ever answered.

import type { Member } from './member.ts';
import type { Leading, PdLimits, PdParts } from './pd-parts.ts';
import type { LeaderStreams } from './pd-streams.ts';

export class Serving implements PdParts {
  readonly limits: PdLimits;
  #member: Member;
  #leading: Leading | undefined;
  #streams: LeaderStreams | undefined;

  /** `loading` is shown until lead() or follow(). */
  constructor(loading: Member, limits: PdLimits) {
    this.limits = limits;
    this.#member = loading;
  }

  get member(): Member {
    return this.#member;
  }

  get leading(): Leading | undefined {
    return this.#leading;
  }

  /** What heartbeats and followers are served with; undefined while there is nothing. */
  get streams(): LeaderStreams | undefined {
    return this.#streams;
  }

  lead(member: Member, leading: Leading, streams: LeaderStreams): void {
    this.#member = member;
    this.#leading = leading;
    this.#streams = streams;
  }

  follow(member: Member): void {
    this.#member = member;
  }
}
