// syncline.nsp.v1: what an operator asks of the service.

import { NspAdminServiceDefinition, NspStatus, type WatchStatusResponse } from '@syncline/proto/nsp-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { watchInterval } from '@syncline/rpc/watch-interval.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import { nspStatus, type StatusParts } from './nsp-status.ts';

/** Binds syncline.nsp.v1.NspAdminService. */
export function nspAdminBinding(parts: StatusParts, clock: Clock): Binding {
  return implement(NspAdminServiceDefinition, {
    status: () => Promise.resolve({ status: nspStatus(parts) }),
    watchStatus: ({ intervalMs }, { signal }) => watchStatus(parts, clock, intervalMs, signal),
  });
}

/** The state now, and again whenever it is another; what changed in between is not told. */
async function* watchStatus(
  parts: StatusParts,
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusResponse, void, undefined> {
  const everyMs = watchInterval(intervalMs);
  let told: Uint8Array = new Uint8Array(0);
  for (;;) {
    const status = nspStatus(parts);
    const encoded = NspStatus.encode(status).finish();
    if (Buffer.compare(encoded, told) !== 0) yield { status };
    told = encoded;
    await sleep(clock, everyMs, signal);
  }
}
