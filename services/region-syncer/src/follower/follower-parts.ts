// What a follower is made of.

import type { BackoffSettings } from '@syncline/runtime/backoff.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Identity } from '../cluster/identity.ts';
import type { Replica } from '../replica/replica.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';
import type { FrameLimits } from '../wire/frame.ts';
import type { LeaderLink } from './leader-link.ts';
import type { FollowPlan } from './machine.ts';

/** How a leader is followed; each comes from a setting. */
export interface FollowerSettings {
  readonly plan: FollowPlan;
  /** How long nothing may be heard before the connection is given up, in ms; more than twice the leader's keepalive. */
  readonly silenceMs: number;
  readonly retry: BackoffSettings;
  /** Frames that wait to be applied before the leader is held back. */
  readonly applyFrames: number;
  /** How long taking one frame may last before the follower counts as stuck, in ms. */
  readonly frameDeadlineMs: number;
  readonly frame: FrameLimits;
}

export interface FollowerParts {
  /** Loaded, and changed by nobody else. */
  readonly replica: Replica;
  readonly identity: Identity;
  readonly store: Pick<RegionStoreThread, 'call'>;
  /** Where the leader is looked for, `host:port`; at least one. */
  readonly leaderAddresses: readonly string[];
  /** Opens a link to an address; throws when it cannot even be tried. */
  readonly openLink: (address: string) => LeaderLink;
  /** Where this member is reached; at least one, because PD leaders index the first without looking. */
  readonly clientUrls: readonly string[];
  readonly settings: FollowerSettings;
  readonly clock: Clock;
  /** Stands still while the process does: a leader that could not be heard was not silent. */
  readonly awake: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  /** Fails with what never should have been: memory and disk may differ, so the process has to end. */
  readonly stop: StopSignal;
  /** Where its loop tells how it goes. */
  readonly liveness: Liveness;
}
