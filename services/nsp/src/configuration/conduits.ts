// The `conduits` of the file.

import { parseTransport } from '@syncline/trench/transport.ts';
import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Mapping, Text } from './mapping.ts';

export interface PortNatFields {
  readonly at: Mapping;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: string;
  readonly vips: readonly Text[];
}

export interface ConduitFields {
  readonly trench: string;
  readonly portNats: readonly PortNatFields[];
}

const anyPort = { min: 1, max: 65_535 };

/** Reads and checks them. */
export function readConduits(part: Part): readonly Entry<ConduitFields>[] {
  return readEntries(part, 'conduits', ['trench', 'destination-port-nats'], 'strict', (at) => {
    const portNats = at
      .mappings('destination-port-nats', ['port', 'target-port', 'vips', 'protocol'])
      .map(readPortNat);
    checkCollisions(portNats);
    return { trench: at.text('trench'), portNats };
  });
}

function readPortNat(at: Mapping): PortNatFields {
  for (const key of ['port', 'target-port', 'protocol'])
    if (!at.has(key)) at.wrong(key, undefined, 'is missing');
  return {
    at,
    port: at.whole('port', anyPort) ?? 0,
    targetPort: at.whole('target-port', anyPort) ?? 0,
    protocol: at.read('protocol', parseTransport) ?? '',
    vips: at.texts('vips'),
  };
}

/** Notes two that could be one, and two that claim a port of the same VIP. */
function checkCollisions(portNats: readonly PortNatFields[]): void {
  const rules = new Map<string, number>();
  const claims = new Map<string, number>();
  for (const [n, { at, port, targetPort, protocol, vips }] of portNats.entries()) {
    const rule = `${port} ${targetPort} ${protocol}`;
    const same = rules.get(rule);
    if (same !== undefined)
      at.wrong('port', String(port), `must be merged with [${same}], which is the same`);
    rules.set(rule, n);
    for (const { text } of vips) {
      // With equal ports it is one claim.
      for (const claimed of new Set([port, targetPort])) {
        const claim = JSON.stringify([claimed, protocol, text]);
        const other = claims.get(claim);
        if (other !== undefined && other !== same)
          at.wrong('vips', text, `port ${claimed} of it collides with [${other}]`);
        claims.set(claim, n);
      }
    }
  }
}
