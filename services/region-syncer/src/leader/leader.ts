// The leader of a cluster: takes heartbeats, makes records of them, sends them to those who follow. It does so while it
// holds the leadership, each time in a term of its own, and is idle otherwise.
// Invariants: no record is made, and no frame sent, once the leadership is lost; what was taken is written even then.

import type { Elector, Leadership } from '@syncline/election/elector.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Identity } from '../cluster/identity.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import type { Replica } from '../replica/replica.ts';
import type { Drained } from '../service/member.ts';
import type { LeaderStreams } from '../service/pd-streams.ts';
import { AilingRegions } from './ailing-regions.ts';
import { HeardTerms } from './heard-terms.ts';
import { HeartbeatStreams } from './heartbeat-streams.ts';
import { Intake } from './intake.ts';
import type { LeaderLimits } from './leader-limits.ts';
import { Places } from './places.ts';
import { RecordTimes } from './record-times.ts';
import type { RecordTraces } from './record-traces.ts';
import { SharedFrames } from './shared-frames.ts';
import { StreamCounts } from './stream-counts.ts';
import { Streams } from './streams.ts';
import { syncRegions } from './sync-regions.ts';
import { Turns } from './turns.ts';

/** What a leader is made of. */
export interface LeaderParts {
  readonly replica: Replica;
  /** The cluster is settled. */
  readonly identity: Identity;
  readonly cluster: Cluster;
  readonly buckets: ReportedBuckets;
  readonly limits: LeaderLimits;
  /** Undefined when nothing is traced. */
  readonly traces: RecordTraces | undefined;
  readonly clock: Clock;
  /** Stands still while the process does: nobody stalls for that. */
  readonly awake: Clock;
  readonly logger: Logger;
  /** Calls after others had their turn: setImmediate in a service. */
  readonly soon: (run: () => void) => void;
}

/** What a leader does now. */
export type LeaderState =
  /** Somebody else may lead. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'leading'; readonly leadership: Leadership }
  /** Takes nothing any more, until the process ends, but what it has taken may still be sent. */
  | { readonly kind: 'draining'; readonly leadership: Leadership | undefined };

/** The age of a follower is told by so many commits. */
const rememberedCommits = 8_192;

export class Leader implements Disposable {
  readonly parts: LeaderParts;
  /** The two streams of pdpb.PD. */
  readonly streams: LeaderStreams;
  readonly followers: Streams;
  readonly intake: Intake;
  readonly ailing = new AilingRegions();
  readonly counts = new StreamCounts();
  readonly times: RecordTimes;
  readonly #heartbeats: HeartbeatStreams;
  readonly #closing = new AbortController();
  readonly #unsubscribe: readonly (() => void)[];
  #state: LeaderState = { kind: 'waiting' };
  #drained: Promise<Drained> | undefined;

  /** It leads when run() has won. */
  constructor(parts: LeaderParts) {
    const { replica, identity, cluster, buckets, limits, traces, clock, awake, logger, soon } = parts;
    const { clusterId } = identity;
    const { counts, ailing } = this;
    const { flowDigits, blockBytes } = limits;
    this.parts = parts;
    this.times = new RecordTimes(rememberedCommits, clock);
    this.intake = new Intake({
      replica,
      cluster,
      buckets,
      ailing,
      traces,
      clusterId,
      flowDigits,
      blockBytes,
    });
    this.#heartbeats = new HeartbeatStreams(clusterId, limits.heartbeatStreams);
    const places = new Places(
      { most: limits.snapshots, queue: limits.snapshotQueue, waitMs: limits.snapshotWaitMs },
      clock,
    );
    const frames = new SharedFrames();
    const maySend = () => this.#maySend;
    const sync = { replica, clusterId, limits, clock, awake, places, frames, counts, traces, maySend };
    this.followers = new Streams(sync, new Turns(clock, limits.turnMs, soon), logger);
    const heard = new HeardTerms({ replica, logger, over: () => this.#leadershipEnd });
    this.streams = {
      regionHeartbeat: this.#heartbeats.handler(() => this.#refusal ?? this.intake),
      syncRegions: syncRegions({ ...sync, streams: this.followers, heard, closed: () => this.#refusal }),
    };
    replica.stampDigests(limits.keepaliveMs);
    const hold = () => this.#heartbeats.hold(replica.pressed || replica.degraded !== undefined);
    hold();
    this.#unsubscribe = [
      replica.onPressed(hold),
      replica.onDegraded(hold),
      replica.onCommitted(() => {
        this.times.note(replica.durable);
        traces?.committed(replica.durable, () => this.followers.areLive);
        this.followers.wake();
      }),
    ];
  }

  get state(): LeaderState {
    return this.#state;
  }

  /** Whether it takes heartbeats and followers at this moment, however late the news of a loss is. */
  get isLeading(): boolean {
    return this.#state.kind === 'leading' && this.#maySend;
  }

  /** Leads whenever `elector` wins, until `signal` aborts: it rejects with the reason. For a SupervisedLoop. */
  async run(elector: Elector, watch: LoopWatch, signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted();
      watch.idle('the leadership');
      await this.#lead(await elector.campaign({ signal }), watch, signal);
    }
  }

  /** Takes the cluster's first region, one block (see wire/region-fields.ts). Resolves when it is durable. */
  async admit(block: Uint8Array): Promise<void> {
    const { replica } = this.parts;
    this.intake.admit(block);
    await replica.whenDurable(replica.next, this.#closing.signal);
  }

  /**
   * Ends the intake and, when all that was taken is durable and on its way, the streams; for good. The signal ends the
   * waiting alone.
   */
  drain(signal: AbortSignal): Promise<Drained> {
    signal.throwIfAborted();
    this.#drained ??= this.#drain();
    const waiter = new Waiter<Drained>(signal);
    this.#drained.then(
      (drained) => waiter.resolve(drained),
      (error: Error) => waiter.reject(error),
    );
    return waiter.promise;
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error('the leader is closed'));
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.parts.traces?.end();
    this.followers[Symbol.dispose]();
  }

  get #maySend(): boolean {
    return this.#state.kind !== 'waiting' && this.#state.leadership?.held === true;
  }

  /** Why nothing is taken now, in PD's words; undefined while it is. */
  get #refusal(): string | undefined {
    if (this.isLeading) return undefined;
    return this.#state.kind === 'draining' ? 'this member is draining' : 'server not started';
  }

  /** Aborts when the present leadership is lost, or the leader closed. */
  get #leadershipEnd(): AbortSignal {
    const { signal } = this.#closing;
    if (this.#state.kind === 'waiting' || this.#state.leadership === undefined) return signal;
    return AbortSignal.any([this.#state.leadership.lost, signal]);
  }

  /** Leads in a new term until the leadership is lost. */
  async #lead(leadership: Leadership, watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { replica, identity, logger } = this.parts;
    const over = AbortSignal.any([leadership.lost, signal]);
    try {
      // A disk that refuses makes it not ready, for as long as it does.
      watch.idle('the disk, for a term');
      // What another term has taken comes before it.
      await replica.whenDurable(replica.next, over);
      const term = await replica.beginTerm(identity.memberId, over);
      logger.info({ term, fence: leadership.token }, 'leading');
    } catch (error) {
      signal.throwIfAborted();
      if (leadership.lost.aborted) return;
      throw error;
    }
    this.ailing.clear();
    if (this.#state.kind === 'waiting') this.#state = { kind: 'leading', leadership };
    watch.idle('the end of its leadership');
    await aborted(over);
    this.#state =
      this.#state.kind === 'draining' ? { kind: 'draining', leadership: undefined } : { kind: 'waiting' };
    this.#heartbeats.endAll('not leader');
    this.followers.endAll({ reason: 'not-leader', details: 'not leader', retryAfterMs: 0 });
    logger.info({ fence: leadership.token }, 'leading no longer');
  }

  async #drain(): Promise<Drained> {
    const { replica, logger } = this.parts;
    this.#state = {
      kind: 'draining',
      leadership: this.#state.kind === 'waiting' ? undefined : this.#state.leadership,
    };
    const details = 'this member is draining';
    this.#heartbeats.endAll(details);
    await replica.whenDurable(replica.next, this.#closing.signal);
    const streams = this.followers.endAll({ reason: 'drained', details, retryAfterMs: 0 });
    logger.info({ streams }, 'drained');
    return { durable: replica.durable, streams };
  }
}
