// How long a client may leave a response unread. One that stopped reading would otherwise hold its stream, and what
// is kept for it, for as long as its connection lives.

import type { Writable } from 'node:stream';
import { Status } from 'nice-grpc-common';
import type { OpenCall } from './open-call.ts';

/** The longest a response may wait, and the setting that says so. */
export interface StallBudget {
  readonly ms: number;
  readonly setting: string;
}

/**
 * Writes one response and resolves when the transport took the whole of it, or when the call is over: grpc-js calls
 * no write back after a cancel. A response that waits longer than the budget ends the call RESOURCE_EXHAUSTED.
 */
export function taken(
  surface: Writable,
  response: Uint8Array,
  call: OpenCall,
  { ms, setting }: StallBudget,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    call.end(Status.RESOURCE_EXHAUSTED, `the client took no response for ${ms} ms (${setting})`);
  }, ms).unref();
  const done = () => {
    clearTimeout(timer);
    call.signal.removeEventListener('abort', done);
    resolve();
  };
  call.signal.addEventListener('abort', done);
  surface.write(response, done);
  return promise;
}
