// What a caller is told when something is refused, and how often that was.

import { ClosedError } from '@syncline/runtime/mailbox-errors.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { TooManyWatchersError } from '../fanout/watchers.ts';
import { RegistryFullError } from '../registry/batch.ts';
import { RegistryBusyError } from '../registry/registry.ts';
import { StoreRefusedError } from '../registry/registry-store.ts';
import { InvalidTargetError } from '../registry/target-check.ts';
import { NoConfigurationError } from './no-configuration-error.ts';

const refusals = [
  [InvalidTargetError, Status.INVALID_ARGUMENT, 'invalid'],
  [MalformedError, Status.INVALID_ARGUMENT, 'invalid'],
  [RegistryFullError, Status.RESOURCE_EXHAUSTED, 'targets'],
  [TooManyWatchersError, Status.RESOURCE_EXHAUSTED, 'watchers'],
  [RegistryBusyError, Status.RESOURCE_EXHAUSTED, 'pending'],
  [StoreRefusedError, Status.UNAVAILABLE, 'disk'],
  [NoConfigurationError, Status.UNAVAILABLE, 'no_configuration'],
  [ClosedError, Status.UNAVAILABLE, 'stopping'],
] as const;

/** Why a call was refused. */
export type RefusalReason = (typeof refusals)[number][2];

/** The calls that are counted. */
export type CountedCall = 'register' | 'unregister' | 'watch';

/** Answers calls. A known error leaves with its status; any other is a fault of ours. */
export class Answers {
  readonly #refused: (call: CountedCall, reason: RefusalReason) => void;

  constructor(refused: (call: CountedCall, reason: RefusalReason) => void) {
    this.#refused = refused;
  }

  async unary<Answer>(call: CountedCall, answer: () => Promise<Answer>): Promise<Answer> {
    try {
      return await answer();
    } catch (error) {
      throw this.#translated(call, error);
    }
  }

  async *stream<Response>(
    call: CountedCall,
    answer: () => AsyncGenerator<Response, void, undefined>,
  ): AsyncGenerator<Response, void, undefined> {
    try {
      yield* answer();
    } catch (error) {
      throw this.#translated(call, error);
    }
  }

  #translated(call: CountedCall, error: unknown): unknown {
    const known = refusals.find(([type]) => error instanceof type);
    if (known === undefined || !(error instanceof Error)) return error;
    const [, status, reason] = known;
    this.#refused(call, reason);
    return new ServerError(status, error.message);
  }
}
