// What a caller is told when it is refused, and how often that was, by reason.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { MissingParentError } from '@syncline/trench/wire-name.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { EndedError, ExhaustedError, LimitError, NoConduitError } from '../allocation/allocation-error.ts';
import { StoreRefusedError, StoreUnsureError } from '../allocation/tree-store.ts';
import { ChildError, NoTrenchError } from './child-request.ts';

/** Why, in a word for metrics. */
export type RefusalReason =
  | 'invalid'
  | 'no_trench'
  | 'no_conduit'
  | 'exhausted'
  | 'limit'
  | 'disk'
  | 'stopping';

interface Refusal {
  readonly reason: RefusalReason;
  readonly status: Status;
  readonly text: string;
}

const limitSettings: Readonly<Record<LimitError['limit'], string>> = {
  maxPrefixes: 'SYNCLINE_IPAM_MAX_PREFIXES',
  maxWaiting: 'SYNCLINE_IPAM_MAX_WAITING',
  maxPending: 'SYNCLINE_IPAM_MAX_PENDING',
};

export class Refusals {
  readonly #counts = new Map<RefusalReason, number>();

  /** How often, by reason. */
  get counts(): ReadonlyMap<RefusalReason, number> {
    return this.#counts;
  }

  /** Answers a call; a refusal is counted and leaves with its status, anything else is a fault of ours. */
  async answered<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      return await answer();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.#counts.set(refusal.reason, (this.#counts.get(refusal.reason) ?? 0) + 1);
      throw new ServerError(refusal.status, refusal.text);
    }
  }
}

/** Whether the request itself is at fault: nothing like it can be held. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof ChildError ||
    error instanceof MissingParentError ||
    error instanceof MalformedError ||
    error instanceof NoTrenchError
  );
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = error.message;
  if (error instanceof NoTrenchError)
    return { reason: 'no_trench', status: Status.FAILED_PRECONDITION, text };
  if (isUnreadable(error)) return { reason: 'invalid', status: Status.INVALID_ARGUMENT, text };
  if (error instanceof NoConduitError) {
    const status = error.lacking === 'nsp' ? Status.UNAVAILABLE : Status.FAILED_PRECONDITION;
    return { reason: error.lacking === 'trench' ? 'no_trench' : 'no_conduit', status, text };
  }
  if (error instanceof ExhaustedError)
    return { reason: 'exhausted', status: Status.RESOURCE_EXHAUSTED, text };
  if (error instanceof LimitError) {
    const setting = limitSettings[error.limit];
    return {
      reason: 'limit',
      status: Status.RESOURCE_EXHAUSTED,
      text: `${text}; ${setting} says how many may`,
    };
  }
  if (error instanceof StoreRefusedError || error instanceof StoreUnsureError)
    return { reason: 'disk', status: Status.UNAVAILABLE, text };
  if (error instanceof EndedError) return { reason: 'stopping', status: Status.UNAVAILABLE, text };
  return undefined;
}
