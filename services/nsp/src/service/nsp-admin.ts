// syncline.nsp.v1: what an operator asks of the service.

import { NspAdminServiceDefinition, NspStatus } from '@syncline/proto/nsp-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { watchStatus } from '@syncline/rpc/watch-status.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { nspStatus, type StatusParts } from './nsp-status.ts';

/** Binds syncline.nsp.v1.NspAdminService. */
export function nspAdminBinding(parts: StatusParts, clock: Clock): Binding {
  return implement(NspAdminServiceDefinition, {
    status: () => Promise.resolve({ status: nspStatus(parts) }),
    watchStatus: ({ intervalMs }, { signal }) =>
      watchStatus(NspStatus, () => nspStatus(parts), intervalMs, clock, signal),
  });
}
