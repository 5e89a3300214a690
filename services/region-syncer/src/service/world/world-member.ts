// For tests of the services: a member that holds a real tree and is whatever the test says.

import { indexOf } from '../../log/index.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import type { AilingPeers } from '../../wire/ailing-peers.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';
import { type Carried, plainRegion, runOf } from '../../wire/wire.fixture.ts';
import type { Counts } from '../counts.ts';
import type { LagView } from '../lag-view.ts';
import {
  type DigestView,
  type Drained,
  type Freshness,
  type Member,
  type Peer,
  type Roster,
  UnknownStreamError,
  WrongRoleError,
} from '../member.ts';
import type { MemberStatus, Role, StreamView } from '../member-status.ts';

const clusterId = 2n ** 63n + 7n;

const stream: StreamView = {
  name: 'f1',
  memberId: 2n,
  peerAddress: '127.0.0.1:1',
  ours: true,
  phase: 'live',
  cursor: indexOf(3, 8),
  lagRecords: 2,
  queuedBytes: 100,
  blockedMs: 0.6,
  sinceUnixMs: 1_000,
};

export type PlainRegion = readonly [id: bigint, start: string, end: string];

export class WorldMember implements Member {
  readonly role: Role;
  regions: RegionTree = emptyTree();
  readonly ails = new Map<number, AilingPeers>();
  clusterId = clusterId;
  leads: boolean;
  clientUrls: readonly string[] = ['http://127.0.0.1:1'];
  /** Whom a follower takes for its leader. */
  leader: Peer | undefined;
  freshness: Freshness = {
    ready: true,
    reason: '',
    complete: true,
    lagRecords: 3,
    lagMs: 4.4,
    heardMs: 5,
  };
  ledger = { received: 10, applied: 4, superseded: 3, stale: 2, quarantined: 1, pending: 0, dropped: 0 };
  phase: MemberStatus['phase'];
  resets: string[] = [];
  forced: string[] = [];
  readonly #fields: RegionFields = new RegionFields();
  #next = indexOf(3, 0);

  constructor(role: Role) {
    this.role = role;
    this.leads = role === 'leader';
    this.phase = role === 'leader' ? 'serving' : 'live';
  }

  get roster(): Roster {
    const self = { name: 'self', memberId: 2n ** 64n - 1n, clientUrls: this.clientUrls };
    return { members: [self], leader: this.leads ? self : this.leader };
  }

  /** Forgets all regions, and starts over with these: see putPlain(). */
  replace(...regions: readonly PlainRegion[]): void {
    this.regions = emptyTree();
    this.putPlain(...regions);
  }

  /** Puts regions as their next records. */
  put(...regions: readonly Carried[]): void {
    const run = runOf(regions);
    for (let at = 0; at < run.length; ) at = this.putBlock(run, at);
  }

  /** Puts regions without surprises. */
  putPlain(...regions: readonly PlainRegion[]): void {
    const peer = { id: 11n, storeId: 1n, role: 0, isWitness: false } as const;
    this.put(
      ...regions.map(([id, start, end]) => ({
        region: plainRegion(id, start, end),
        stat: undefined,
        leader: peer,
        buckets: undefined,
      })),
    );
  }

  /** Puts the block that begins at run[start], and gives where it ends. */
  putBlock(run: Uint8Array, start: number): number {
    const end = readBlock(run, start, run.length, this.#fields);
    this.regions.put(run, start, end, this.#fields, this.#next);
    this.#next += 1;
    return end;
  }

  ailing(idLo: number): AilingPeers | undefined {
    return this.ails.get(idLo);
  }

  status(): MemberStatus {
    const leads = this.role === 'leader';
    return {
      role: this.role,
      phase: this.phase,
      ready: this.freshness.ready,
      notReadyReason: this.freshness.reason,
      clusterId: this.clusterId,
      memberId: 2n ** 64n - 1n,
      name: 'self',
      term: 3,
      first: indexOf(1, 5),
      next: this.#next,
      durable: this.#next,
      applied: indexOf(2, 0),
      regions: this.regions.size,
      arenaBytes: this.regions.arena.heldBytes,
      ledger: this.ledger,
      digest: this.regions.digest.total,
      digestMismatches: 1,
      lastJoinReason: 'in-log',
      link: leads
        ? undefined
        : {
            leaderAddress: '127.0.0.1:2',
            ours: true,
            lastFrameAgeMs: 1_500,
            lagRecords: 3,
            lagMs: 4.4,
            frameFaults: [{ fault: 'region_stats', count: 6 }],
          },
      lastError: { message: 'disk full', atUnixMs: 17 },
      log: { records: 12, bytes: 3_400 },
      checkpoint: { atUnixMs: 16, durationMs: 2.5 },
      streams: leads ? [stream] : [],
    };
  }

  counts(): Counts {
    return {
      joins: [
        { tier: 'snapshot', reason: 'zero', count: 2 },
        { tier: 'snapshot', reason: 'ahead', count: 1 },
        { tier: 'replay', reason: 'in-log', count: 5 },
      ],
      refusals: [
        { reason: 'cluster', count: 2 },
        { reason: 'twin', count: 1 },
      ],
      streamEnds: [{ reason: 'stalled', count: 4 }],
      snapshots: { count: 3, seconds: 1.25, bytes: 900 },
      pumpBlockedSeconds: 0.5,
    };
  }

  lag(): LagView {
    return {
      leaderNext: this.#next,
      followers: [{ name: 'f1', next: stream.cursor, records: 2, ms: 1_250 }],
    };
  }

  digest(): DigestView {
    return { index: this.#next, digest: this.regions.digest, regions: this.regions.size };
  }

  reset(reason: string): Promise<number> {
    if (this.role === 'leader') return Promise.reject(new WrongRoleError('ResetFollower', this.role));
    this.resets.push(reason);
    return Promise.resolve(this.#next);
  }

  forceSnapshot(name: string): void {
    if (this.role === 'follower') throw new WrongRoleError('ForceSnapshot', this.role);
    if (name !== 'f1') throw new UnknownStreamError(name);
    this.forced.push(name);
  }

  drain(): Promise<Drained> {
    if (this.role === 'follower') return Promise.reject(new WrongRoleError('Drain', this.role));
    return Promise.resolve({ durable: this.#next, streams: 1 });
  }
}

function emptyTree(): RegionTree {
  return new RegionTree({ pageBytes: 1 << 16, sparePages: 1, tombstones: 100 });
}
