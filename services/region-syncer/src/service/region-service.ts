// syncline.region.v1: what an operator asks of a member, and what it says of itself.

import {
  type DigestResponse,
  type LagResponse,
  RegionServiceDefinition,
  RegionStatus,
  type WatchStatusResponse,
} from '@syncline/proto/region.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { invalid, invalidField } from './invalid.ts';
import type { Member } from './member.ts';
import { roles, toRegionStatus } from './region-status.ts';
import { answered } from './status-of-error.ts';

const interval = { shortestMs: 100, longestMs: 60_000, fallbackMs: 1_000 } as const;

/** Everything serve() needs for syncline.region.v1.RegionService. */
export function regionServiceBinding(member: Member, clock: Clock): Binding {
  return implement(RegionServiceDefinition, {
    status: () => answered(() => ({ status: statusOf(member) })),
    watchStatus: ({ intervalMs }, { signal }) => watchStatus(member, clock, intervalMs, signal),
    lag: () => answered(() => lagOf(member)),
    digest: () => answered(() => digestOf(member)),
    resetFollower: ({ reason }) => answered(() => ({ nextIndex: BigInt(member.reset(reason)) })),
    forceSnapshot: ({ name }) =>
      answered(() => {
        if (name === '') throw invalidField('name', 'it is required');
        member.forceSnapshot(name);
        return {};
      }),
    drain: (_, { signal }) =>
      answered(async () => {
        const { durable, streams } = await member.drain(signal);
        return { durableIndex: BigInt(durable), streams };
      }),
  });
}

function statusOf(member: Member): RegionStatus {
  return toRegionStatus(member.status(), member.counts());
}

/** The state now, and again whenever it is another; what changed in between is not told. */
async function* watchStatus(
  member: Member,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusResponse, void, undefined> {
  const everyMs = readInterval(intervalMs);
  let told: Uint8Array = new Uint8Array(0);
  for (;;) {
    const status = statusOf(member);
    const encoded = RegionStatus.encode(status).finish();
    if (Buffer.compare(encoded, told) !== 0) yield { status };
    told = encoded;
    await sleep(clock, everyMs, signal);
  }
}

function lagOf(member: Member): LagResponse {
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

function digestOf(member: Member): DigestResponse {
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

function readInterval(intervalMs: number): number {
  if (intervalMs === 0) return interval.fallbackMs;
  if (intervalMs < interval.shortestMs || intervalMs > interval.longestMs) {
    throw invalid(
      'interval_ms',
      intervalMs,
      `expected ${interval.shortestMs} to ${interval.longestMs}, or 0 for ${interval.fallbackMs}`,
    );
  }
  return intervalMs;
}
