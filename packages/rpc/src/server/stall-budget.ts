// How long a client may leave a response unread. One that stopped reading would otherwise hold its stream, and what
// is kept for it, for as long as its connection lives.

import type { Writable } from 'node:stream';
import type { Clock } from '@syncline/runtime/clock.ts';
import { Status } from 'nice-grpc-common';
import type { OpenCall } from './open-call.ts';

/** The longest a response may wait, and the setting that says so. */
export interface StallBudget {
  readonly ms: number;
  readonly setting: string;
  /** Stands still while the process does: nobody could be sent anything. */
  readonly clock: Clock;
}

/**
 * Writes one response and resolves when the transport took the whole of it, or when the call is over: grpc-js calls
 * no write back after a cancel. A response that waits longer than the budget ends the call RESOURCE_EXHAUSTED.
 */
export function taken(
  surface: Writable,
  response: Uint8Array,
  call: Pick<OpenCall, 'end' | 'signal'>,
  { ms, setting, clock }: StallBudget,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimer(ms, () =>
    call.end(Status.RESOURCE_EXHAUSTED, `the client took no response for ${ms} ms (${setting})`),
  );
  const done = () => {
    timer.clear();
    call.signal.removeEventListener('abort', done);
    resolve();
  };
  call.signal.addEventListener('abort', done);
  surface.write(response, done);
  return promise;
}
