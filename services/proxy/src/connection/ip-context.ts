// What the addresses of a connection must be, and how they are brought there (Meridio's SetIPContext). What its client
// added, VIPs and their policies, stays; addresses and next hops of a network that the conduit gave up go.

import type { IPContext, PolicyRoute, Route } from '@syncline/proto/connectioncontext.ts';
import {
  type Address,
  type Family,
  parseAddress,
  printAddress,
  sameAddress,
} from '@syncline/trench/address.ts';
import {
  containsAddress,
  type Prefix,
  parsePrefix,
  printPrefix,
  samePrefix,
} from '@syncline/trench/prefix.ts';
import type { Assigned } from './connection.ts';

/** What a connection must have, each as address/length. */
export interface Expected {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  /** The conduit's bridge addresses. */
  readonly gateways: readonly string[];
}

/**
 * `context` with all that is expected: itself when it has that, filled when it has no addresses yet, otherwise without
 * the addresses in the networks of its old gateways and those of `former`, and with the new ones behind what is left.
 * Next hops that were old gateways become the new ones. Takes addresses that parse, and gives canonical ones.
 *
 * @param former what the connection was assigned before; undefined when nothing was
 */
export function settle(context: IPContext, expected: Expected, former: Assigned | undefined): IPContext {
  const { src, dst, gateways } = expected;
  if (context.srcIpAddrs.length === 0 && context.dstIpAddrs.length === 0) {
    return { ...context, srcIpAddrs: [...src], dstIpAddrs: [...dst], extraPrefixes: [...gateways] };
  }
  if (holds(context, expected)) return context;
  const old = context.extraPrefixes.map((text) => parsePrefix(text));
  return {
    ...context,
    srcIpAddrs: replaced(context.srcIpAddrs, { old, former: former?.src ?? [], given: src }),
    dstIpAddrs: replaced(context.dstIpAddrs, { old, former: former?.dst ?? [], given: dst }),
    extraPrefixes: [...gateways],
    policies: context.policies.map((policy) =>
      rerouted(
        policy,
        old,
        gateways.map((text) => parsePrefix(text)),
      ),
    ),
  };
}

/** Whether every expected value is there, besides whatever else is. */
export function holds(context: IPContext, { src, dst, gateways }: Expected): boolean {
  return (
    includesAll(context.srcIpAddrs, src) &&
    includesAll(context.dstIpAddrs, dst) &&
    includesAll(context.extraPrefixes, gateways)
  );
}

function includesAll(present: readonly string[], wanted: readonly string[]): boolean {
  const held = present.map((text) => parsePrefix(text));
  return wanted.every((text) => {
    const prefix = parsePrefix(text);
    return held.some((each) => samePrefix(each, prefix));
  });
}

interface Replacement {
  readonly old: readonly Prefix[];
  readonly former: readonly string[];
  readonly given: readonly string[];
}

function replaced(present: readonly string[], { old, former, given }: Replacement): string[] {
  const gone = [...former, ...given].map((text) => parsePrefix(text).address);
  const kept = present
    .map((text) => parsePrefix(text))
    .filter(
      ({ address }) =>
        !old.some((gateway) => containsAddress(gateway, address)) &&
        !gone.some((each) => sameAddress(each, address)),
    );
  return [...kept.map(printPrefix), ...given];
}

/** The policy with one route to each new gateway of its family, in the place of those to old ones. */
function rerouted(policy: PolicyRoute, old: readonly Prefix[], gateways: readonly Prefix[]): PolicyRoute {
  const stale = (route: Route) => {
    const hop = nextHop(route);
    return hop !== undefined && old.some(({ address }) => sameAddress(address, hop));
  };
  const routes: Route[] = [];
  const moved = new Set<string>();
  for (const route of policy.routes) {
    if (!stale(route)) {
      routes.push(route);
      continue;
    }
    if (moved.has(route.prefix)) continue;
    moved.add(route.prefix);
    for (const { address } of gateways) {
      if (address.family !== familyOf(route)) continue;
      routes.push({ prefix: route.prefix, nextHop: printAddress(address) });
    }
  }
  return { ...policy, routes };
}

/** The address of a next hop, which some write with a length. */
function nextHop({ nextHop: text }: Route): Address | undefined {
  return text === '' ? undefined : parseAddress(text.split('/', 1)[0] ?? '');
}

function familyOf(route: Route): Family {
  return parsePrefix(route.prefix).address.family;
}
