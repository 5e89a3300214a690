// syncline.region.v1: what an operator asks of a member, and what it says of itself.

import {
  type DigestResponse,
  type LagResponse,
  RegionServiceDefinition,
  RegionStatus,
} from '@syncline/proto/region.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';
import { watchStatus } from '@syncline/rpc/watch-status.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Member } from './member.ts';
import { roles, toRegionStatus } from './region-status.ts';
import { answered } from './status-of-error.ts';

/** Whom the service is about; it may be another one after the loading. */
type Shown = { readonly member: Member };

/** Everything serve() needs for syncline.region.v1.RegionService. */
export function regionServiceBinding(shown: Shown, clock: Clock): Binding {
  return implement(RegionServiceDefinition, {
    status: () => answered(() => ({ status: statusOf(shown) })),
    watchStatus: ({ intervalMs }, { signal }) =>
      watchStatus(RegionStatus, () => statusOf(shown), intervalMs, clock, signal),
    lag: () => answered(() => lagOf(shown)),
    digest: () => answered(() => digestOf(shown)),
    resetFollower: ({ reason }, { signal }) =>
      answered(async () => ({ nextIndex: BigInt(await shown.member.reset(reason, signal)) })),
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
  return { index: BigInt(index), total: digest.total, buckets: digest.buckets, regions: BigInt(regions) };
}
