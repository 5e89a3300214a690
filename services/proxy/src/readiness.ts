// When the proxy is ready: the disk takes changes and each conduit has a bridge address, so a Request is answered at once;
// and no address is long overdue at the IPAM, which would give it to another in the end.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { Proxy } from './proxy.ts';

export function readinessOf({ conduits, disk }: Proxy): Readiness {
  if (disk.refusal !== undefined) return { ready: false, reason: `the disk refuses: ${disk.refusal}` };
  const lacking = conduits.filter(({ bridge }) => bridge.lastError !== '');
  const overdue = conduits.flatMap(({ settings, overdue: reason }) =>
    reason === undefined ? [] : [`conduit "${settings.conduit}": ${reason}`],
  );
  if (lacking.length === 0 && overdue.length > 0) {
    return { ready: false, reason: `not renewed in time: ${overdue.join('; ')}` };
  }
  if (lacking.length === 0) return { ready: true };
  const reasons = lacking.map(({ settings, bridge }) => `conduit "${settings.conduit}": ${bridge.lastError}`);
  return { ready: false, reason: `no bridge address: ${reasons.join('; ')}` };
}
