// How traffic from the VIPs leaves a connection: what its source addresses and policies should be.

import { printAddress } from '@syncline/trench/address.ts';
import {
  containsAddress,
  type Prefix,
  prefixSetKey,
  printPrefix,
  samePrefix,
} from '@syncline/trench/prefix.ts';
import type { Connection, Policy } from '../ports.ts';

/** The address part of a Request. */
export interface Egress {
  readonly srcIps: readonly Prefix[];
  readonly policies: readonly Policy[];
}

/**
 * The target's own addresses and the VIPs, and a policy a VIP through the bridge's addresses of its family. A VIP
 * inside a gateway's network is left out, as upstream does: it would be taken for one of the target's own.
 */
export function wantedEgress(
  own: readonly Prefix[],
  vips: readonly Prefix[],
  gateways: readonly Prefix[],
): Egress {
  const outside = vips.filter((vip) => !gateways.some((gateway) => containsAddress(gateway, vip.address)));
  const policies = outside.map((from) => ({
    from,
    nextHops: gateways.map(({ address }) => address).filter(({ family }) => family === from.address.family),
  }));
  return { srcIps: [...own, ...outside], policies };
}

/** Equal for two lists of policies exactly when they mean the same, whatever their order. */
export function policiesKey(policies: readonly Policy[]): string {
  return policies
    .map(
      ({ from, nextHops }) => `${printPrefix(from)} via ${nextHops.map(printAddress).toSorted().join(',')}`,
    )
    .toSorted()
    .join(';');
}

/** The VIPs that the connection has: a policy and a source address each. */
export function appliedVips({ srcIps, policies }: Connection): Prefix[] {
  return policies.map(({ from }) => from).filter((vip) => srcIps.some((ip) => samePrefix(ip, vip)));
}

/** Whether the connection already has what is wanted. */
export function hasEgress(connection: Connection, { policies }: Egress): boolean {
  if (policiesKey(connection.policies) !== policiesKey(policies)) return false;
  return prefixSetKey(appliedVips(connection)) === prefixSetKey(policies.map(({ from }) => from));
}
