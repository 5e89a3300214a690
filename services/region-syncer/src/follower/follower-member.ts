// A follower as the services show it.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Identity } from '../cluster/identity.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { Replica } from '../replica/replica.ts';
import { copyDigest, copyStatus } from '../service/copy-view.ts';
import type { Counts } from '../service/counts.ts';
import type { LagView } from '../service/lag-view.ts';
import {
  type DigestView,
  type Drained,
  type Freshness,
  type Member,
  type Roster,
  WrongRoleError,
} from '../service/member.ts';
import type { MemberStatus, Phase as ShownPhase } from '../service/member-status.ts';
import type { Follower } from './follower.ts';
import { unreadiness } from './readiness.ts';
import type { Phase } from './state.ts';

export interface FollowerMemberParts {
  readonly follower: Follower;
  readonly replica: Replica;
  readonly identity: Identity;
  readonly clientUrls: readonly string[];
  readonly silenceMs: number;
  readonly clock: Clock;
}

export class FollowerMember implements Member {
  readonly role = 'follower';
  readonly #parts: FollowerMemberParts;
  readonly #startedMs: number;

  constructor(parts: FollowerMemberParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonic();
  }

  get clusterId(): bigint {
    return this.#parts.identity.clusterId;
  }

  get roster(): Roster {
    const { identity, clientUrls, follower } = this.#parts;
    const self = { name: identity.name, memberId: identity.memberId, clientUrls };
    const { leader } = follower;
    return { members: leader === undefined ? [self] : [self, leader], leader };
  }

  get regions(): RegionTree {
    return this.#parts.replica.regions;
  }

  get freshness(): Freshness {
    const { follower, replica, silenceMs } = this.#parts;
    const { heardMs, lag, state } = follower;
    const copy = replica.source.kind === 'none' ? 'none' : replica.isMixed ? 'mixed' : 'complete';
    const reason = unreadiness({
      phase: state.phase.kind,
      detail: state.detail,
      copy,
      heardMs,
      silenceMs,
      degraded: replica.degraded,
    });
    const lagRecords = lag.records(replica.next);
    return {
      ready: reason === '',
      reason,
      complete: copy === 'complete',
      lagRecords,
      lagMs: lag.ms(),
      heardMs,
    };
  }

  status(): MemberStatus {
    const { follower, replica, identity } = this.#parts;
    const { ready, reason } = this.freshness;
    return {
      role: this.role,
      phase: shown[follower.state.phase.kind],
      ready,
      notReadyReason: reason,
      ...copyStatus(identity, replica),
      ledger: follower.tally.ledger,
      digestMismatches: follower.tally.endsOf('digest_mismatch'),
      lastJoinReason: follower.lastJoin,
      link: this.#link(),
      lastError: follower.lastError,
      streams: [],
    };
  }

  counts(): Counts {
    const { joins, streamEnds, snapshots } = this.#parts.follower.tally;
    return { joins, refusals: [], streamEnds, snapshots, pumpBlockedSeconds: 0 };
  }

  lag(): LagView {
    const { follower, replica, identity } = this.#parts;
    const { lag } = follower;
    const { next } = replica;
    const own = { name: identity.name, next, records: lag.records(next) ?? 0, ms: lag.ms() ?? 0 };
    return { leaderNext: lag.leaderNext ?? 0, followers: [own] };
  }

  digest(): DigestView {
    return copyDigest(this.#parts.replica);
  }

  /** A follower is told nothing of what peers suffer from. */
  ailing(): undefined {
    return undefined;
  }

  async reset(reason: string, signal: AbortSignal): Promise<number> {
    const { follower, replica } = this.#parts;
    const { next } = replica;
    await follower.reset(reason, signal);
    return next;
  }

  forceSnapshot(): void {
    throw new WrongRoleError('ForceSnapshot', this.role);
  }

  drain(): Promise<Drained> {
    return Promise.reject(new WrongRoleError('Drain', this.role));
  }

  #link(): MemberStatus['link'] {
    const { follower, replica, clock } = this.#parts;
    const { lag, leaderAddress, heardMs, state, tally } = follower;
    return {
      leaderAddress,
      ours: state.leader?.ours ?? state.held.origin?.kind === 'ours',
      lastFrameAgeMs: heardMs ?? clock.monotonic() - this.#startedMs,
      lagRecords: lag.records(replica.next) ?? 0,
      lagMs: lag.ms() ?? 0,
      frameFaults: tally.frameFaults,
    };
  }
}

const shown: Readonly<Record<Phase['kind'], ShownPhase>> = {
  idle: 'connecting',
  connecting: 'connecting',
  joining: 'joining',
  replaying: 'replaying',
  delta: 'replaying',
  snapshot: 'snapshot',
  'catching-up': 'catching-up',
  completing: 'catching-up',
  live: 'live',
  'backing-off': 'backing-off',
};
