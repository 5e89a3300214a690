// This process as the services show it: one copy of the regions, whichever role keeps it. Leader and follower both
// are a Member; what only one of them can do throws WrongRoleError on the other, and MemberLoadingError before.
// Everything but reset() and drain() answers at once from memory: it is asked by each read and each scrape.

import type { Digest } from '../regions/digest.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { AilingPeers } from '../wire/ailing-peers.ts';
import type { Counts } from './counts.ts';
import type { LagView } from './lag-view.ts';
import type { MemberStatus, Role } from './member-status.ts';

/** The regions as of all records before `index`. */
export interface DigestView {
  readonly index: number;
  readonly digest: Digest;
  readonly regions: number;
}

/** What a drain came to. */
export interface Drained {
  /** Every record before it survives a kill. */
  readonly durable: number;
  /** How many streams were ended. */
  readonly streams: number;
}

/** Whether this copy answers reads, and what is known of its age. A leader's is ready while it leads, and has no age. */
export interface Freshness {
  /** Complete and as fresh as the settings ask; reads are answered without further ado. */
  readonly ready: boolean;
  /** Why not; '' when ready. */
  readonly reason: string;
  /** The copy is what the leader had at some index: not before the first join, nor while a delta is taken. */
  readonly complete: boolean;
  /** Records that are not applied yet, by what the leader said last; undefined while it has said nothing. */
  readonly lagRecords: number | undefined;
  /** Age of the oldest of them, in ms; 0 when there is none, undefined while the leader has said nothing. */
  readonly lagMs: number | undefined;
  /** How long ago the leader was last heard of, in ms: what the lag is worth. Undefined when it never was. */
  readonly heardMs: number | undefined;
}

/** One of the processes that lead or follow, as GetMembers lists it. */
export interface Peer {
  readonly name: string;
  readonly memberId: bigint;
  /** At least one. */
  readonly clientUrls: readonly string[];
}

/** Who leads and who follows, as far as this member knows. */
export interface Roster {
  /** This member first. */
  readonly members: readonly Peer[];
  /** Undefined while it is not known. */
  readonly leader: Peer | undefined;
}

/** The one thing that the services are built on. */
export interface Member {
  readonly role: Role;
  /** 0n while a follower has not heard from its leader. */
  readonly clusterId: bigint;
  readonly roster: Roster;
  /** The copy that reads are answered from; after a snapshot it is another object, so never keep it. */
  readonly regions: RegionTree;
  readonly freshness: Freshness;
  status(): MemberStatus;
  counts(): Counts;
  lag(): LagView;
  digest(): DigestView;
  /** What the region's leader complained of; undefined when nothing is known. The id is in two unsigned halves. */
  ailing(idLo: number, idHi: number): AilingPeers | undefined;
  /**
   * Follower: takes all regions anew, of a leader in any term, and serves what it has until they are there; gives the next
   * index of that, when a kill does not undo it. Rejects with WrongRoleError, and with what the store refuses: then it
   * does so unless it is killed before the store takes it. The signal ends the waiting alone.
   */
  reset(reason: string, signal: AbortSignal): Promise<number>;
  /**
   * Leader: ends the stream of this name and answers it with a snapshot, also when it takes several streams until that
   * is taken, unless the leader is restarted. Throws WrongRoleError, UnknownStreamError, TooManyOrdersError.
   */
  forceSnapshot(name: string): void;
  /** Ends intake and streams; resolves when what was taken is durable. The signal ends the waiting alone. */
  drain(signal: AbortSignal): Promise<Drained>;
}

/** Asked of a member whose role has no answer to it. */
export class WrongRoleError extends Error {
  override name = 'WrongRoleError';

  constructor(what: string, role: Role) {
    super(`${what}: this member is a ${role}`);
  }
}

/** There is no stream of this name. */
export class UnknownStreamError extends Error {
  override name = 'UnknownStreamError';

  constructor(name: string) {
    super(`name ${JSON.stringify(name)}: no follower of this name has a stream`);
  }
}

/** As many snapshots are ordered and not taken as there can be. */
export class TooManyOrdersError extends Error {
  override name = 'TooManyOrdersError';

  constructor(name: string, most: number) {
    super(
      `name ${JSON.stringify(name)}: ${most} followers have still to take the snapshot that was ordered for them`,
    );
  }
}

/** The member reads its copy from the disk; the message says how far it is. */
export class MemberLoadingError extends Error {
  override name = 'MemberLoadingError';
}
