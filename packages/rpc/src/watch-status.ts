// A WatchStatus call: the status is taken at every interval, and told when it is another one.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { watchInterval } from './watch-interval.ts';

/** The message type of a status. */
interface StatusType<S> {
  encode(status: S): { finish(): Uint8Array };
}

/**
 * The status now, and again whenever it has other bytes; what changed in between is not told. `intervalMs` is what the
 * request asks for. Throws what watchInterval() and `take` throw, and the signal's reason.
 */
export async function* watchStatus<S>(
  type: StatusType<S>,
  take: () => S | Promise<S>,
  intervalMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<{ status: S }, void, undefined> {
  const everyMs = watchInterval(intervalMs);
  let told: Uint8Array | undefined;
  for (;;) {
    const status = await take();
    const encoded = type.encode(status).finish();
    if (told === undefined || Buffer.compare(encoded, told) !== 0) yield { status };
    told = encoded;
    await sleep(clock, everyMs, signal);
  }
}
