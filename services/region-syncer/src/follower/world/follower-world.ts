// For tests of the follower: one on a real store and a real replica, that follows whatever is at an address.

import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import { type Clock, systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Identity } from '../../cluster/identity.ts';
import { Replica } from '../../replica/replica.ts';
import { roomySettings } from '../../replica/replica-settings.fixture.ts';
import type { ReplicaSettings } from '../../replica/replica-settings.ts';
import { storeOn } from '../../replica/replica-store.ts';
import { openRegionStore, type RegionStoreThread } from '../../store/open-region-store.ts';
import { storeOptions } from '../../store/store.fixture.ts';
import { Follower } from '../follower.ts';
import { FollowerMember } from '../follower-member.ts';
import type { FollowerSettings } from '../follower-parts.ts';
import { openLeaderLink } from '../leader-link.ts';
import type { Phase } from '../state.ts';

const followerSettings: FollowerSettings = {
  plan: { trustForeign: false },
  silenceMs: 30_000,
  retry: { initialMs: 2, maxMs: 20, factor: 2, jitter: 1, resetAfterMs: 1_000 },
  applyFrames: 2,
  frameDeadlineMs: 10_000,
  frame: { blocks: 10_000, bytes: 1 << 20 },
};

export interface FollowerWorldOptions {
  readonly directory: string;
  readonly address: string;
  readonly otherAddresses?: readonly string[];
  readonly settings?: Partial<FollowerSettings>;
  readonly replica?: Partial<ReplicaSettings>;
  /** Of the store: point=action. */
  readonly failpoints?: string;
  readonly connectDeadlineMs?: number;
  /** The clock that stands still while the process does; the machine's unless given. */
  readonly awake?: Clock;
  /** Stands in front of the store's thread. */
  readonly through?: (store: RegionStoreThread) => Pick<RegionStoreThread, 'call'>;
}

export interface FollowerWorld extends AsyncDisposable {
  readonly follower: Follower;
  readonly member: FollowerMember;
  readonly replica: Replica;
  readonly liveness: Liveness;
  /** Faults of the program, which nothing should be. */
  readonly broken: Error[];
  /** Waits until the follower is in this phase. */
  reaches(phase: Phase['kind']): Promise<void>;
}

/** Starts a follower on what the directory holds. */
export async function startFollower(options: FollowerWorldOptions): Promise<FollowerWorld> {
  const { directory, address } = options;
  const stack = new AsyncDisposableStack();
  const broken: Error[] = [];
  const stop = new StopSignal();
  stop.signal.addEventListener('abort', () => broken.push(stop.failure ?? new Error('it was stopped')));
  const liveness = new Liveness(clock);
  const settings = { ...followerSettings, ...options.settings };
  const thread = stack.use(
    await openRegionStore(
      {
        ...storeOptions(directory, { pieceBytes: 1 << 16, chunk: roomySettings.chunk }),
        failpoints: options.failpoints ?? '',
      },
      10_000,
      (error) => broken.push(error),
    ),
  );
  const { identity: kept } = await thread.call('boot');
  const store = options.through?.(thread) ?? thread;
  const wanted = { clusterId: undefined, memberId: undefined, name: 'follower' };
  const identity = new Identity(wanted, kept, thread, rng);
  const replica = stack.use(
    await Replica.open(
      {
        store: storeOn(store),
        settings: { ...roomySettings, gatherMs: 3, ...options.replica },
        clock,
        rng,
        pause: () => setImmediate(),
        events: {
          loading() {},
          checkpointed() {},
          checkpointFailed() {},
          trimFailed() {},
          broken: (error) => broken.push(error),
        },
      },
      new AbortController().signal,
    ),
  );
  const clientUrls = ['http://127.0.0.1:2'];
  const follower = stack.use(
    await Follower.start({
      replica,
      identity,
      store,
      leaderAddresses: [address, ...(options.otherAddresses ?? [])],
      openLink: (at) =>
        openLeaderLink({
          address: at,
          security: { kind: 'plaintext' },
          identity: { kind: 'none' },
          connectDeadlineMs: options.connectDeadlineMs ?? 2_000,
          maxFrameBytes: 1 << 20,
          keepalive: { timeMs: 10_000, timeoutMs: 10_000 },
          flowControlWindow: 1 << 16,
        }),
      clientUrls,
      settings,
      clock,
      awake: options.awake ?? clock,
      rng,
      logger: quietLogger(),
      stop,
      liveness,
    }),
  );
  const parts = { follower, replica, identity, clientUrls, clock };
  return {
    follower,
    member: new FollowerMember({ ...parts, silenceMs: settings.silenceMs }),
    replica,
    liveness,
    broken,
    async reaches(phase) {
      await until(() => follower.state.phase.kind, {
        deadlineMs: 5_000,
        describe: `the follower is ${phase}`,
        accept: (kind) => kind === phase,
        everyMs: 2,
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What a kill would leave at this moment, in another directory. */
export async function leftBehind(directory: string, copy: string): Promise<void> {
  for (const file of await readdir(directory)) await copyFile(join(directory, file), join(copy, file));
}
