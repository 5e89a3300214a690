// Whether the service does what it is there for, and if not, why.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { StatusParts } from './nsp-status.ts';

/** Not ready: no configuration, or a disk that refuses registrations. A bad file beside a good configuration is ready. */
export function readinessOf({ live, registry }: Pick<StatusParts, 'live' | 'registry'>): Readiness {
  if (live.configuration === undefined) {
    const reason = live.refusal?.message ?? `${live.path} was not read yet`;
    return { ready: false, reason: `no configuration: ${reason}` };
  }
  if (registry.refusal !== undefined)
    return { ready: false, reason: `the disk refuses: ${registry.refusal.message}` };
  return { ready: true };
}
