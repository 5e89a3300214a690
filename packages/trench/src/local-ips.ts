// Which of a connection's source addresses are the target's own. Connect, update and event all ask here: upstream
// answered differently in two places, took the difference for a change of address, and hung (Meridio #578).

import { sameAddress } from './address.ts';
import { containsPrefix, type Prefix } from './prefix.ts';

/** The target's own addresses, or that the connection cannot tell. */
export type LocalIps =
  | { readonly kind: 'known'; readonly ips: readonly Prefix[] }
  | { readonly kind: 'unknown' };

/**
 * The addresses that are no VIP and lie in the network of a gateway, in their order. Without gateways every address
 * would be left out, which says nothing about the target: then they are unknown, and what was known holds.
 *
 * @param addresses the source addresses of the connection, VIPs among them
 * @param vips a VIP is one whatever the prefix lengths
 * @param gateways the connection's extra prefixes: the bridge addresses with the length of their network
 */
export function localIps(
  addresses: readonly Prefix[],
  vips: readonly Prefix[],
  gateways: readonly Prefix[],
): LocalIps {
  if (gateways.length === 0) return { kind: 'unknown' };
  const ips = addresses.filter(
    (ip) =>
      !vips.some((vip) => sameAddress(vip.address, ip.address)) &&
      gateways.some((gateway) => containsPrefix(gateway, ip)),
  );
  return { kind: 'known', ips };
}
