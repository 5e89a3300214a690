// What is asked of the allocator, and what each request means for the draft of its batch.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { ChildName } from '../tree/child-name.ts';
import type { Lease } from '../tree/entries.ts';
import { EndedError, ExhaustedError, LimitError } from './allocation-error.ts';
import type { Counts } from './counts.ts';
import type { Draft } from './draft.ts';
import type { Holdings } from './holdings.ts';

interface Asked<Kind extends string, Answer> {
  readonly kind: Kind;
  readonly child: ChildName;
  readonly done: PromiseWithResolvers<Answer>;
}

/** Answered with undefined when the conduit is not configured at that moment. */
export type AllocateRequest = Asked<'allocate', Lease | undefined>;
export type ReleaseRequest = Asked<'release', void>;
export type Request = AllocateRequest | ReleaseRequest;

/** Answers a request when the disk has answered, `refusal` being why it did not take the batch. */
export type Settle = (refusal: Error | undefined) => void;

export interface PlanParts {
  readonly draft: Draft;
  readonly holdings: Holdings;
  readonly counts: Counts;
  readonly clock: Clock;
  /** Whether the child's conduit is configured. */
  readonly isOpen: (child: ChildName) => boolean;
}

/** Adds to the draft what the request changes. */
export function plan(request: Request, parts: PlanParts): Settle {
  return request.kind === 'allocate' ? planAllocate(request, parts) : planRelease(request, parts);
}

/** Nobody will answer these any more. */
export function abandon(requests: readonly Request[]): void {
  for (const { done } of requests) done.reject(new EndedError());
}

function planAllocate({ child, done }: AllocateRequest, parts: PlanParts): Settle {
  const { draft, holdings, counts, clock } = parts;
  if (!parts.isOpen(child)) return () => done.resolve(undefined);
  const found = holdings.tree.lease(child);
  const outcome = found === undefined ? 'new' : found.releasing ? 'revived' : 'held';
  let lease: Lease;
  try {
    lease = draft.lease(child);
  } catch (error) {
    if (error instanceof ExhaustedError || error instanceof LimitError) return () => done.reject(error);
    throw error;
  }
  return (refusal) => {
    if (refusal !== undefined && draft.touches(lease)) return done.reject(refusal);
    holdings.asked(lease, clock.monotonic());
    counts.allocated[outcome] += 1;
    done.resolve(lease);
  };
}

function planRelease({ child, done }: ReleaseRequest, { draft, holdings, counts, clock }: PlanParts): Settle {
  const lease = holdings.tree.lease(child);
  if (lease === undefined) return () => done.resolve();
  const isFirst = !lease.releasing;
  draft.setReleasing(lease, true);
  return (refusal) => {
    if (refusal !== undefined && draft.touches(lease)) return done.reject(refusal);
    holdings.released(lease, clock.monotonic());
    if (isFirst) counts.released += 1;
    done.resolve();
  };
}
