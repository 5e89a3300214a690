// syncline.ipam.v1: who holds which address, for operators.

import {
  type AllocatedPrefix,
  type Counts,
  Family,
  IpamAdminServiceDefinition,
  type StatusRequest,
  type StatusResponse,
} from '@syncline/proto/ipam-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { Allocator } from '../allocation/allocator.ts';
import type { ConduitList } from '../allocation/conduit-list.ts';
import type { Holdings } from '../allocation/holdings.ts';
import { readPageToken, toPageToken } from './page-token.ts';
import { populationOf } from './population.ts';
import { type ListedPrefix, listPrefixes, type PrefixKey } from './prefix-list.ts';

const pageSize = { usual: 1_000, largest: 10_000 } as const;

/** What is shown. */
export interface Shown {
  readonly allocator: Allocator;
  readonly list: ConduitList;
}

/** Everything serve() needs for syncline.ipam.v1.IpamAdminService. */
export function ipamAdminBinding(shown: Shown, clock: Clock): Binding {
  return implement(IpamAdminServiceDefinition, {
    status: (request) => Promise.resolve(statusOf(request, shown, clock.monotonic())),
  });
}

function statusOf(request: StatusRequest, { allocator, list }: Shown, nowMs: number): StatusResponse {
  const size = readPageSize(request.pageSize);
  const after = request.pageToken === '' ? undefined : readToken(request.pageToken);
  const { holdings } = allocator;
  const page: ListedPrefix[] = [];
  // One more than asked for tells that there are more.
  for (const entry of listPrefixes(holdings.tree, request, after, size + 1)) {
    page.push(entry);
    if (page.length > size) break;
  }
  const last = page.length > size ? page[size - 1] : undefined;
  return {
    prefixes: page.slice(0, size).map((entry) => toAllocatedPrefix(entry, holdings, nowMs)),
    nextPageToken: last === undefined ? '' : toPageToken(last),
    counts: countsOf(allocator, list),
  };
}

function toAllocatedPrefix(
  { path: [trench, conduit, node, name], family, prefix, lease }: ListedPrefix,
  holdings: Holdings,
  nowMs: number,
): AllocatedPrefix {
  const leftMs = lease && holdings.leaseLeftMs(lease, nowMs);
  return {
    trench,
    conduit,
    node,
    name,
    family: family === 'ipv4' ? Family.IPV4 : Family.IPV6,
    prefix: printPrefix(prefix),
    // 0 would mean never: what is overdue has a millisecond left.
    expiresInMs: leftMs === undefined ? 0n : BigInt(Math.max(1, Math.ceil(leftMs))),
    releasing: lease?.releasing ?? false,
  };
}

function countsOf({ holdings, counts }: Allocator, { waiting }: ConduitList): Counts {
  return {
    ...populationOf(holdings.tree),
    releasing: holdings.releasing,
    waiting,
    collectedTotal: BigInt(counts.removed.stale),
  };
}

function readPageSize(given: number): number {
  if (given === 0) return pageSize.usual;
  if (given > pageSize.largest)
    throw new ServerError(
      Status.INVALID_ARGUMENT,
      `page_size ${given}: expected 1 to ${pageSize.largest}, or 0 for ${pageSize.usual}`,
    );
  return given;
}

function readToken(token: string): PrefixKey {
  const key = readPageToken(token);
  if (key === undefined) {
    const shown = JSON.stringify(token.slice(0, 64));
    throw new ServerError(
      Status.INVALID_ARGUMENT,
      `page_token ${shown}: expected next_page_token of the page before`,
    );
  }
  return key;
}
