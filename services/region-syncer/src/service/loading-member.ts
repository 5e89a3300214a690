// A member while it reads its copy from the disk: it says how far that is, and has an answer to nothing else.

import type { Identity } from '../cluster/identity.ts';
import { type RegionLimits, RegionTree } from '../regions/region-tree.ts';
import type { Loading } from '../replica/loading.ts';
import type { Counts } from './counts.ts';
import type { LagView } from './lag-view.ts';
import {
  type DigestView,
  type Drained,
  type Freshness,
  type Member,
  MemberLoadingError,
  type Roster,
} from './member.ts';
import type { MemberStatus, Role } from './member-status.ts';

export class LoadingMember implements Member {
  readonly role: Role;
  readonly regions: RegionTree;
  readonly #identity: Identity;
  #progress: Loading | undefined;

  constructor(role: Role, identity: Identity, limits: RegionLimits) {
    this.role = role;
    this.regions = new RegionTree(limits);
    this.#identity = identity;
  }

  get clusterId(): bigint {
    return this.#identity.clusterId;
  }

  /** Nobody is to look for a leader here. */
  get roster(): Roster {
    return { members: [], leader: undefined };
  }

  get freshness(): Freshness {
    return {
      ready: false,
      reason: this.#reason,
      complete: false,
      lagRecords: undefined,
      lagMs: undefined,
      heardMs: undefined,
    };
  }

  /** The loading goes on. */
  progress(loading: Loading): void {
    this.#progress = loading;
  }

  status(): MemberStatus {
    const { memberId, name } = this.#identity;
    return {
      role: this.role,
      phase: 'loading',
      ready: false,
      notReadyReason: this.#reason,
      clusterId: this.clusterId,
      memberId,
      name,
      term: 0,
      first: 0,
      next: 0,
      durable: 0,
      applied: 0,
      regions: 0,
      arenaBytes: 0,
      ledger: { received: 0, applied: 0, superseded: 0, stale: 0, quarantined: 0, pending: 0, dropped: 0 },
      digest: 0n,
      digestMismatches: 0,
      lastJoinReason: '',
      link: undefined,
      lastError: undefined,
      log: { records: 0, bytes: 0 },
      checkpoint: undefined,
      streams: [],
    };
  }

  counts(): Counts {
    return {
      joins: [],
      refusals: [],
      streamEnds: [],
      snapshots: { count: 0, seconds: 0, bytes: 0 },
      pumpBlockedSeconds: 0,
    };
  }

  lag(): LagView {
    return { leaderNext: 0, followers: [] };
  }

  digest(): DigestView {
    throw new MemberLoadingError(this.#reason);
  }

  ailing(): undefined {
    return undefined;
  }

  reset(): Promise<number> {
    return Promise.reject(new MemberLoadingError(this.#reason));
  }

  forceSnapshot(): void {
    throw new MemberLoadingError(this.#reason);
  }

  drain(): Promise<Drained> {
    return Promise.reject(new MemberLoadingError(this.#reason));
  }

  get #reason(): string {
    const progress = this.#progress;
    if (progress === undefined) return 'loading: the disk is being read';
    return `loading: ${progress.done} of ${progress.total} ${progress.step}`;
  }
}
