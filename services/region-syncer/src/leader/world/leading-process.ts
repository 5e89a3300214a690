// A process that leads in an explored run: the real intake, join checks and streams over a model of the replica.

import { Store } from '@syncline/proto/metapb.ts';
import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { expect } from 'vitest';
import { ReportedBuckets } from '../../cluster/reported-buckets.ts';
import type { SyncRequest } from '../../wire/sync-request.ts';
import { AilingRegions } from '../ailing-regions.ts';
import { HeardTerms } from '../heard-terms.ts';
import { Intake } from '../intake.ts';
import type { LeaderLimits } from '../leader-limits.ts';
import { Places } from '../places.ts';
import { SharedFrames } from '../shared-frames.ts';
import { StreamCounts } from '../stream-counts.ts';
import { refuse, StreamRefusedError } from '../stream-refusals.ts';
import type { SyncParts } from '../sync-parts.ts';
import { SyncStream } from '../sync-stream.ts';
import { Turns } from '../turns.ts';
import { clusterId } from './leader-world.ts';
import type { ModelDisk } from './model-disk.ts';
import { type Folds, ModelReplica } from './model-replica.ts';
import type { SimCall } from './sim-call.ts';

const anyStore = { store: Store.create({ id: 1n }), stats: undefined, lastHeartbeat: undefined };

const logger = quietLogger();

export class LeadingProcess {
  readonly replica: ModelReplica;
  readonly intake: Intake;
  /** It began from a disk that lacks what followers have. */
  readonly isFromBackup: boolean;
  /** A follower has asked for more than there is, to hear how far this one is. */
  isProbed = false;
  readonly #sim: Simulation;
  readonly #parts: SyncParts;
  readonly #heard: HeardTerms;
  readonly #turns: Turns;
  readonly #streams: Set<SyncStream> = new Set();
  readonly #calls: Set<SimCall> = new Set();
  readonly #death = new AbortController();

  constructor(sim: Simulation, disk: ModelDisk, folds: Folds, isFromBackup: boolean, limits: LeaderLimits) {
    const { clock } = sim;
    this.#sim = sim;
    this.isFromBackup = isFromBackup;
    this.#turns = new Turns(clock, limits.turnMs, (run) => sim.schedule('turn', run));
    const replica = new ModelReplica(sim, disk, folds, () => this.#turns.wake(this.#streams));
    this.replica = replica;
    this.intake = new Intake({
      replica,
      cluster: { isBootstrapped: true, store: () => anyStore },
      buckets: new ReportedBuckets({ regions: 10, bytes: 1 << 16 }),
      ailing: new AilingRegions(),
      traces: undefined,
      clusterId,
      flowDigits: limits.flowDigits,
      blockBytes: limits.blockBytes,
    });
    this.#heard = new HeardTerms({ replica, logger, over: () => this.death });
    this.#parts = {
      replica,
      clusterId,
      limits,
      clock,
      awake: clock,
      places: new Places({ most: 1, queue: 5, waitMs: Number.POSITIVE_INFINITY }, clock),
      frames: new SharedFrames(),
      counts: new StreamCounts(),
      traces: undefined,
      maySend: () => !this.isDead,
    };
  }

  /** Aborts when it dies. */
  get death(): AbortSignal {
    return this.#death.signal;
  }

  get isDead(): boolean {
    return this.death.aborted;
  }

  /** A follower asks: it gets a stream, or is told that it cannot have one. */
  join(call: SimCall, request: SyncRequest): void {
    this.#calls.add(call);
    try {
      this.#heard.check(request);
    } catch (error) {
      if (!(error instanceof StreamRefusedError)) throw error;
      return refuse(call, error, this.#parts.counts);
    }
    const stream = new SyncStream(call, request, false, this.#parts, {
      wake: (woken) => this.#turns.wake([woken]),
      closed: (closed) => {
        this.#streams.delete(closed);
        this.#turns.forget(closed);
      },
      fault: (_, error) => {
        throw error;
      },
    });
    this.#streams.add(stream);
    this.#turns.wake([stream]);
  }

  /** Something was recorded: it is appended, and committed, at any moment from now on. */
  write(): void {
    const alive = (step: () => void) => () => {
      if (!this.isDead) step();
    };
    this.#sim.schedule(
      'append',
      alive(() => this.replica.append()),
      1_000,
    );
    this.#sim.schedule(
      'commit',
      alive(() => this.replica.commit()),
      1_000,
    );
  }

  /** Every stream is looked at, as it is from time to time; nothing was sent on it for `quietMs`. */
  look(quietMs: number): void {
    for (const stream of this.#streams) stream.look(quietMs);
  }

  /** What a follower has is durable: no follower had anything that this process did not find again. */
  expectKnown(): void {
    if (this.isFromBackup) return;
    const reasons = this.#parts.counts.counts().joins.map(({ reason }) => reason);
    expect(reasons).not.toContain('diverged');
    if (!this.isProbed) expect(reasons).not.toContain('ahead');
  }

  /** What is not on disk is lost, and the connections are gone. */
  die(): void {
    this.expectKnown();
    this.#death.abort(new Error('the process has died'));
    for (const call of this.#calls) call.cut();
  }
}
