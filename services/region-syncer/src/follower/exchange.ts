// What a follower says to its leader and hears from it: one channel at a time, one stream at a time on it.
// Invariants: an event of a channel that was given up never comes out; a leader of another cluster is never asked.

import { reasonOf } from '@syncline/rpc/failure-reason.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { binaryVersion } from '../cluster/binary-version.ts';
import { type Identity, IdentityConflictError } from '../cluster/identity.ts';
import type { Peer } from '../service/member.ts';
import { encodeSyncRequest } from '../wire/sync-request.ts';
import type { Inbox } from './inbox.ts';
import type { LeaderAddresses } from './leader-addresses.ts';
import type { Hello, LeaderLink, SyncCall } from './leader-link.ts';
import type { LeaderHello, Why } from './state.ts';

/** What comes of connecting. */
export interface ExchangeEvents {
  /** `isOther`: it is not the member that answered last. */
  reached(leader: LeaderHello, isOther: boolean): void;
  failed(why: Why, detail: string): void;
  /** The connection is gone, and what was learnt on it. */
  lost(): void;
}

export interface ExchangeParts {
  readonly identity: Identity;
  readonly addresses: LeaderAddresses;
  /** Opens a link to an address; throws when it cannot even be tried. */
  readonly openLink: (address: string) => LeaderLink;
  /** Where this member is reached; at least one. */
  readonly clientUrls: readonly string[];
  /** Gets what the stream brings. */
  readonly inbox: Inbox;
  readonly events: ExchangeEvents;
}

export class Exchange {
  readonly #parts: ExchangeParts;
  #link: LeaderLink | undefined;
  #call: SyncCall | undefined;
  #leader: Peer | undefined;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Who leads, by what was answered last; undefined before. */
  get leader(): Peer | undefined {
    return this.#leader;
  }

  /** Opens a channel and asks who leads. */
  connect(): void {
    const { addresses, openLink, events } = this.#parts;
    let link: LeaderLink;
    try {
      link = openLink(addresses.next());
    } catch (error) {
      // A certificate that cannot be read, for one. Not in this tick: the machine's step has more effects.
      queueMicrotask(() => this.#link === undefined && events.failed('connect_failed', reasonOf(error)));
      return;
    }
    this.#link = link;
    const current = () => this.#link === link;
    link.onLost(() => current() && events.lost());
    link.hello().then(
      (hello) => current() && void this.#settle(hello, current),
      (error: unknown) => current() && events.failed('connect_failed', reasonOf(error)),
    );
  }

  /** Opens the stream with this start_index. */
  ask(index: number, term: number): void {
    const { identity, addresses, clientUrls, inbox } = this.#parts;
    const request = encodeSyncRequest({
      clusterId: identity.clusterId,
      member: {
        name: identity.name,
        memberId: identity.memberId,
        peerUrls: [],
        clientUrls: [...clientUrls],
        leaderPriority: 0,
        deployPath: '',
        binaryVersion,
        gitHash: '',
        dcLocation: '',
      },
      startIndex: index,
      takesDeltas: true,
      term,
    });
    this.#call = this.#link?.sync(
      request,
      (message) => {
        addresses.found();
        inbox.put({ kind: 'message', message });
      },
      (end) => {
        if (end.isNoLeader) addresses.refused(this.#leader?.clientUrls ?? []);
        inbox.put({ kind: 'end', end });
      },
    );
    if (this.#call !== undefined) inbox.open(this.#call);
  }

  /** Reads all regions, in place of a stream; they come as one message. */
  list(): void {
    const { identity, inbox, events } = this.#parts;
    const givenUp = new AbortController();
    const { signal } = givenUp;
    this.#call = { pause() {}, resume() {}, hangUp: () => givenUp.abort() };
    this.#link?.list(identity.clusterId, signal).then(
      (message) => !signal.aborted && inbox.put({ kind: 'message', message }),
      (error: unknown) =>
        !signal.aborted && events.failed('listing_failed', `ScanRegions: ${reasonOf(error)}`),
    );
  }

  /** Ends the stream and keeps the channel. */
  hangUp(): void {
    this.#call?.hangUp();
    this.#call = undefined;
    this.#parts.inbox.clear();
  }

  /** Ends the stream and closes the channel. */
  disconnect(): void {
    this.hangUp();
    this.#link?.[Symbol.dispose]();
    this.#link = undefined;
  }

  /** The cluster is learnt once and kept; from then on no other is followed. */
  async #settle({ clusterId, leader, ours }: Hello, current: () => boolean): Promise<void> {
    const { identity, events } = this.#parts;
    try {
      if (clusterId === 0n) throw new RangeError('cluster id 0: the leader has no cluster');
      await identity.settle(clusterId);
    } catch (error) {
      if (current()) events.failed(settleFailure(error), reasonOf(error));
      return;
    }
    if (!current()) return;
    const isOther = leader.memberId !== this.#leader?.memberId;
    this.#leader = leader;
    events.reached({ member: leader.memberId, ours }, isOther);
  }
}

function settleFailure(error: unknown): Why {
  if (error instanceof IdentityConflictError) return 'other_cluster';
  return faultOf(error) === undefined ? 'connect_failed' : 'store_failed';
}
