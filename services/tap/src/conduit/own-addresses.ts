// The target's own addresses on a connection: one function for what a Request answers and for what an event tells, as
// upstream's two ways of computing them are how it took a first event for a change of address (Meridio #578).

import { sameAddress } from '@syncline/trench/address.ts';
import { localIps } from '@syncline/trench/local-ips.ts';
import { type Prefix, samePrefix } from '@syncline/trench/prefix.ts';
import type { Connection } from '../ports.ts';

/** The target's own addresses, and whether the connection can tell which they are. */
export interface OwnAddresses {
  readonly ips: readonly Prefix[];
  /** False: the bridge has no address yet, and `ips` is what was known or what was given at connect time. */
  readonly isCertain: boolean;
}

/**
 * The source addresses that are no VIP and lie in a gateway's network. When there is no gateway, those that were known
 * before as far as the connection still has them, and all that are no VIP when none is left of those.
 *
 * @param vips as the configuration has them; those of the connection's policies are left out too, as a connection that
 *   was there before has the VIPs of that time
 * @param known the addresses found last on this connection
 */
export function ownAddresses(
  connection: Connection,
  vips: readonly Prefix[],
  known: readonly Prefix[],
): OwnAddresses {
  const { srcIps, gateways, policies } = connection;
  const allVips = [...vips, ...policies.map(({ from }) => from)];
  const found = localIps(srcIps, allVips, gateways);
  if (found.kind === 'known') return { ips: found.ips, isCertain: true };
  const own = srcIps.filter((ip) => !allVips.some((vip) => sameAddress(vip.address, ip.address)));
  const kept = own.filter((ip) => known.some((before) => samePrefix(before, ip)));
  return { ips: kept.length > 0 ? kept : own, isCertain: false };
}
