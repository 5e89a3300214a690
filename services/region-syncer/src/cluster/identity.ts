// Who this member is: the cluster, its id and its name. Made or learnt once and kept with the regions, because
// followers tell histories apart by them. Invariant: neither id ever changes once it was kept.

import type { Clock } from '@syncline/runtime/clock.ts';
import { integer, type Rng } from '@syncline/runtime/rng.ts';
import type { Identity as KeptIdentity } from '../store/cluster-table.ts';
import type { RegionStoreThread } from '../store/open-region-store.ts';

/** What the settings say; undefined where they say nothing. */
export interface WantedIdentity {
  readonly clusterId: bigint | undefined;
  readonly memberId: bigint | undefined;
  readonly name: string | undefined;
}

/** An id that was set or learnt is not the one that is kept with the data. */
export class IdentityConflictError extends Error {
  override name = 'IdentityConflictError';

  constructor(what: string, said: bigint, kept: bigint) {
    super(`${what} ${said}: this member's data is of ${what} ${kept}`);
  }
}

/** Throws IdentityConflictError from the constructor when the settings contradict what is kept. */
export class Identity {
  readonly memberId: bigint;
  readonly name: string;
  readonly #store: Pick<RegionStoreThread, 'call'>;
  #clusterId: bigint;
  #isKept: boolean;

  /** `kept` is what the store has, undefined before the first start. */
  constructor(
    wanted: WantedIdentity,
    kept: KeptIdentity | undefined,
    store: Pick<RegionStoreThread, 'call'>,
    rng: Rng,
  ) {
    refuse('cluster id', wanted.clusterId, kept?.clusterId);
    refuse('member id', wanted.memberId, kept?.memberId);
    this.#store = store;
    this.#isKept = kept !== undefined;
    this.#clusterId = kept?.clusterId ?? wanted.clusterId ?? 0n;
    this.memberId = kept?.memberId ?? wanted.memberId ?? newMemberId(rng);
    this.name = wanted.name ?? `syncline-${this.memberId}`;
  }

  /** 0n while a follower does not know it. */
  get clusterId(): bigint {
    return this.#clusterId;
  }

  /** The cluster is this one; kept when it resolves. Throws IdentityConflictError when it is known to be another. */
  async settle(clusterId: bigint): Promise<void> {
    if (this.#clusterId !== 0n) refuse('cluster id', clusterId, this.#clusterId);
    if (this.#isKept) return;
    await this.#store.call('identify', { clusterId, memberId: this.memberId });
    this.#clusterId = clusterId;
    this.#isKept = true;
  }
}

/** A cluster id as PD makes it: seconds since 1970 in the upper half, chance in the lower. */
export function newClusterId(clock: Clock, rng: Rng): bigint {
  return ((clock.now() / 1_000_000_000n) << 32n) | BigInt(integer(rng, 2 ** 32));
}

function newMemberId(rng: Rng): bigint {
  return (BigInt(integer(rng, 2 ** 32)) << 32n) | BigInt(1 + integer(rng, 2 ** 32 - 1));
}

function refuse(what: string, said: bigint | undefined, kept: bigint | undefined): void {
  if (said !== undefined && kept !== undefined && said !== kept)
    throw new IdentityConflictError(what, said, kept);
}
