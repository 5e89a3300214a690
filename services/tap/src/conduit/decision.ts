// What a conduit's loop does next, from what is wanted and what is known of the link. Pure: the loop asks after every
// change and after every step.

import type { LinkKind } from './link.ts';

/** Where a conduit stands; times are monotonic, ms, Infinity for never. */
export interface ConduitStanding {
  /** A stream of it is wanted. */
  readonly isWanted: boolean;
  /** Streams whose loops are not over, wanted or not. */
  readonly streams: number;
  readonly link: LinkKind;
  readonly mayExist: boolean;
  readonly hasHeardInitial: boolean;
  /** How long the monitor is waited for before the first Request. */
  readonly recoverByMs: number;
  /** No attempt before. */
  readonly retryAtMs: number;
  /** While the link is down: when another endpoint is asked for. */
  readonly healAtMs: number;
  readonly renewAtMs: number;
  readonly emptyAtMs: number;
  /** When closing is given up. */
  readonly closeByMs: number;
  /** The VIPs of the connection are not those of the configuration. */
  readonly isEgressDue: boolean;
}

/**
 * connect: for a connection, the one that was there before if there is one. reselect: for another endpoint.
 * update: with the VIPs as they should be.
 */
export type RequestKind = 'connect' | 'reselect' | 'update';

/** One step of a conduit's loop. */
export type ConduitStep =
  | { readonly kind: RequestKind }
  /** The grace for no addresses is over. */
  | { readonly kind: 'believe-empty' }
  | { readonly kind: 'close' }
  | { readonly kind: 'give-up' }
  /** Nothing to do before `untilMs`, unless something changes. */
  | { readonly kind: 'rest'; readonly untilMs: number }
  | { readonly kind: 'over' };

/** The next step at `nowMs`. */
export function nextStep(standing: ConduitStanding, nowMs: number): ConduitStep {
  return standing.isWanted ? towardsUp(standing, nowMs) : towardsClosed(standing, nowMs);
}

function towardsUp(standing: ConduitStanding, nowMs: number): ConduitStep {
  const { emptyAtMs } = standing;
  if (nowMs >= emptyAtMs) return { kind: 'believe-empty' };
  const { kind, dueMs } = request(standing);
  if (nowMs >= dueMs) return { kind };
  return { kind: 'rest', untilMs: Math.min(dueMs, emptyAtMs) };
}

/** The next Request, and when it is due. */
function request(standing: ConduitStanding): { kind: RequestKind; dueMs: number } {
  const { link, retryAtMs, healAtMs, renewAtMs, recoverByMs, hasHeardInitial, isEgressDue } = standing;
  switch (link) {
    case 'none':
      return { kind: 'connect', dueMs: hasHeardInitial ? retryAtMs : Math.max(retryAtMs, recoverByMs) };
    case 'closing':
    case 'lost':
      return { kind: 'connect', dueMs: retryAtMs };
    case 'down':
      return { kind: 'reselect', dueMs: Math.max(retryAtMs, healAtMs) };
    case 'up':
      return { kind: 'update', dueMs: Math.max(retryAtMs, isEgressDue ? 0 : renewAtMs) };
  }
}

/** Streams unregister while the connection is still there; each ends by its own budget. */
function towardsClosed(standing: ConduitStanding, nowMs: number): ConduitStep {
  const { streams, mayExist, closeByMs, retryAtMs } = standing;
  if (streams > 0) return { kind: 'rest', untilMs: Number.POSITIVE_INFINITY };
  if (!mayExist) return { kind: 'over' };
  if (nowMs >= closeByMs) return { kind: 'give-up' };
  if (nowMs < retryAtMs) return { kind: 'rest', untilMs: Math.min(retryAtMs, closeByMs) };
  return { kind: 'close' };
}
