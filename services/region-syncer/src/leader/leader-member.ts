// A leader as the services show it.

import type { RegionTree } from '../regions/region-tree.ts';
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
import type { Ledger, MemberStatus, StreamPhase, StreamView } from '../service/member-status.ts';
import type { AilingPeers } from '../wire/ailing-peers.ts';
import { recordsBetween } from './lag.ts';
import type { Leader } from './leader.ts';
import type { SyncPhase } from './sync-phase.ts';
import type { SyncStream } from './sync-stream.ts';

export class LeaderMember implements Member, Disposable {
  readonly role = 'leader';
  readonly #leader: Leader;
  readonly #clientUrls: readonly string[];
  readonly #unsubscribe: () => void;
  #lastError: MemberStatus['lastError'];

  constructor(leader: Leader, clientUrls: readonly string[]) {
    const { replica, clock } = leader.parts;
    this.#leader = leader;
    this.#clientUrls = clientUrls;
    this.#unsubscribe = replica.onRefused((error) => {
      this.#lastError = { message: error.message, atUnixMs: Number(clock.now() / 1_000_000n) };
    });
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  get clusterId(): bigint {
    return this.#leader.parts.identity.clusterId;
  }

  get roster(): Roster {
    const { name, memberId } = this.#leader.parts.identity;
    const self = { name, memberId, clientUrls: this.#clientUrls };
    return { members: [self], leader: this.#leader.isLeading ? self : undefined };
  }

  get regions(): RegionTree {
    return this.#leader.parts.replica.regions;
  }

  get freshness(): Freshness {
    const reason = this.#unreadiness;
    return {
      ready: reason === '',
      reason,
      complete: true,
      lagRecords: undefined,
      lagMs: undefined,
      heardMs: undefined,
    };
  }

  status(): MemberStatus {
    const { parts, counts, state } = this.#leader;
    const { replica, identity } = parts;
    const reason = this.#unreadiness;
    const phases = { waiting: 'loading', leading: 'serving', draining: 'draining' } as const;
    return {
      role: this.role,
      phase: phases[state.kind],
      ready: reason === '',
      notReadyReason: reason,
      ...copyStatus(identity, replica),
      ledger: this.#ledger,
      digestMismatches: 0,
      lastJoinReason: counts.lastJoinReason,
      link: undefined,
      lastError: this.#lastError,
      streams: this.#leader.followers.open
        .map((stream) => this.#view(stream))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  counts(): Counts {
    return this.#leader.counts.counts();
  }

  lag(): LagView {
    const { followers, times, parts } = this.#leader;
    return {
      leaderNext: parts.replica.next,
      followers: followers.open.map((stream) => {
        const next = cursorOf(stream.phase);
        const records = this.#lagOf(stream.phase);
        return { name: stream.request.member.name, next, records, ms: records === 0 ? 0 : times.ageMs(next) };
      }),
    };
  }

  digest(): DigestView {
    return copyDigest(this.#leader.parts.replica);
  }

  ailing(idLo: number, idHi: number): AilingPeers | undefined {
    return this.#leader.ailing.of(idLo, idHi);
  }

  reset(): Promise<number> {
    return Promise.reject(new WrongRoleError('ResetFollower', this.role));
  }

  forceSnapshot(name: string): void {
    this.#leader.followers.force(name);
  }

  drain(signal: AbortSignal): Promise<Drained> {
    return this.#leader.drain(signal);
  }

  get #unreadiness(): string {
    const { state, isLeading, parts } = this.#leader;
    const { degraded } = parts.replica;
    if (isLeading) return degraded === undefined ? '' : `the disk refuses: ${degraded.message}`;
    return state.kind === 'draining' ? 'this member is draining' : 'this member does not lead now';
  }

  get #ledger(): Ledger {
    const { received, recorded, repeated, stale, quarantined } = this.#leader.intake.counts;
    const { records } = this.#leader.parts.replica.status().pending;
    // What an earlier term has taken may still wait.
    const pending = Math.min(recorded, records);
    return {
      received,
      applied: recorded - pending,
      superseded: repeated,
      stale,
      quarantined,
      pending,
      dropped: 0,
    };
  }

  #lagOf(phase: SyncPhase): number {
    const { replica } = this.#leader.parts;
    const unsent = phase.kind === 'snapshot' || phase.kind === 'delta' ? phase.total - phase.sent : 0;
    return unsent + recordsBetween(cursorOf(phase), replica.next, replica.lineage.terms());
  }

  #view(stream: SyncStream): StreamView {
    const { request, call, phase, sinceUnixMs, blockedMs } = stream;
    return {
      name: request.member.name,
      memberId: request.member.memberId,
      peerAddress: call.peer,
      ours: request.ours,
      phase: phaseOf(phase),
      cursor: cursorOf(phase),
      lagRecords: this.#lagOf(phase),
      queuedBytes: call.queuedBytes,
      blockedMs,
      sinceUnixMs,
    };
  }
}

/** The next record that it is sent, when the regions that come before are. */
function cursorOf(phase: SyncPhase): number {
  switch (phase.kind) {
    case 'planning':
    case 'waiting':
      return phase.position;
    case 'snapshot':
    case 'delta':
      return phase.stands;
    case 'catch-up':
    case 'replay':
    case 'live':
      return phase.cursor;
    case 'over':
      return 0;
  }
}

function phaseOf(phase: SyncPhase): StreamPhase {
  switch (phase.kind) {
    case 'planning':
    case 'over':
      return 'replay';
    case 'waiting':
      return phase.tier;
    case 'snapshot':
    case 'delta':
    case 'catch-up':
    case 'replay':
    case 'live':
      return phase.kind;
  }
}
