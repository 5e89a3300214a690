// syncline.region.v1: what an operator asks of a member, and what it says of itself.

import {
  type DigestResponse,
  type LagResponse,
  RegionServiceDefinition,
  RegionStatus,
  type WatchStatusResponse,
} from '@syncline/proto/region.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';
import { watchInterval } from '@syncline/rpc/watch-interval.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { Member } from './member.ts';
import { roles, toRegionStatus } from './region-status.ts';
import { answered } from './status-of-error.ts';

/** Whom the service is about; it may be another one after the loading. */
type Shown = { readonly member: Member };

/** Everything serve() needs for syncline.region.v1.RegionService. */
export function regionServiceBinding(shown: Shown, clock: Clock): Binding {
  return implement(RegionServiceDefinition, {
    status: () => answered(() => ({ status: statusOf(shown) })),
    watchStatus: ({ intervalMs }, { signal }) => watchStatus(shown, clock, intervalMs, signal),
    lag: () => answered(() => lagOf(shown)),
    digest: () => answered(() => digestOf(shown)),
    resetFollower: ({ reason }) => answered(() => ({ nextIndex: BigInt(shown.member.reset(reason)) })),
    forceSnapshot: ({ name }) =>
      answered(() => {
        if (name === '') throw invalidField('name', 'it is required');
        shown.member.forceSnapshot(name);
        return {};
      }),
    drain: (_, { signal }) =>
      answered(async () => {
        const { durable, streams } = await shown.member.drain(signal);
        return { durableIndex: BigInt(durable), streams };
      }),
  });
}

function statusOf({ member }: Shown): RegionStatus {
  return toRegionStatus(member.status(), member.counts());
}

/** The state now, and again whenever it is another; what changed in between is not told. */
async function* watchStatus(
  shown: Shown,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusResponse, void, undefined> {
  const everyMs = watchInterval(intervalMs);
  let told: Uint8Array = new Uint8Array(0);
  for (;;) {
    const status = statusOf(shown);
    const encoded = RegionStatus.encode(status).finish();
    if (Buffer.compare(encoded, told) !== 0) yield { status };
    told = encoded;
    await sleep(clock, everyMs, signal);
  }
}

function lagOf({ member }: Shown): LagResponse {
  const { leaderNext, followers } = member.lag();
  return {
    role: roles[member.role],
    leaderNext: BigInt(leaderNext),
    followers: followers.map(({ name, next, records, ms }) => ({
      name,
      nextIndex: BigInt(next),
      lagRecords: BigInt(records),
      lagMs: BigInt(Math.round(ms)),
    })),
  };
}

function digestOf({ member }: Shown): DigestResponse {
  const { index, digest, regions } = member.digest();
  const encoded = digest.encode();
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return {
    index: BigInt(index),
    total: digest.total,
    buckets: Array.from({ length: encoded.byteLength / 8 }, (_, i) => view.getBigUint64(8 * i, true)),
    regions: BigInt(regions),
  };
}
