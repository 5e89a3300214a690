// Where the leader is looked for: at the addresses that are set, in turn, and where a member that does not lead says that
// the leader is.
// Invariant: an address where a leader has answered is tried again first; what a member has said is tried once, and what
// is said there is not gone after, so that each address that is set has its turn.

import { addressOf } from '../cluster/client-url.ts';

export class LeaderAddresses {
  readonly #known: readonly string[];
  #at = 0;
  #current: string;
  /** Whether the next attempt goes to the same address. */
  #stays = true;
  #isReferred = false;
  #referral: string | undefined;

  /** `known`: `host:port`, at least one. */
  constructor(known: readonly string[]) {
    const [first] = known;
    if (first === undefined) throw new RangeError('a follower needs the address of a leader');
    this.#known = known;
    this.#current = first;
  }

  /** Of the last attempt, or of the first. */
  get current(): string {
    return this.#current;
  }

  /** Gives the address of the next attempt, which begins with this. */
  next(): string {
    const referral = this.#referral;
    this.#referral = undefined;
    if (this.#stays) this.#stays = false;
    else if (referral !== undefined) {
      this.#current = referral;
      this.#isReferred = true;
    } else {
      this.#at = (this.#at + 1) % this.#known.length;
      this.#current = this.#known[this.#at] ?? this.#current;
      this.#isReferred = false;
    }
    return this.#current;
  }

  /** Who is at the current address leads. */
  found(): void {
    this.#stays = true;
  }

  /** Who is there does not lead, and takes the member with these client URLs for the leader. */
  refused(urls: readonly string[]): void {
    this.#stays = false;
    if (this.#isReferred) return;
    const addresses = urls.map(addressOf);
    if (!addresses.includes(this.#current))
      this.#referral = addresses.find((address) => address !== undefined);
  }
}
