// When the proxy is ready: each of its conduits has a bridge address, so a Request is answered at once.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { Conduit } from './conduit/conduit.ts';

export function readinessOf(conduits: readonly Conduit[]): Readiness {
  const lacking = conduits.filter(({ bridge }) => bridge.lastError !== '');
  if (lacking.length === 0) return { ready: true };
  const reasons = lacking.map(({ settings, bridge }) => `conduit "${settings.conduit}": ${bridge.lastError}`);
  return { ready: false, reason: `no bridge address: ${reasons.join('; ')}` };
}
