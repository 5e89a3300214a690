// A connection with its addresses in another order, which is to mean the same to whoever is told of it.

import type { PathedMessage } from '../connection/connection.ts';
import type { Faults } from './faults.ts';

/** The connection as Request and watchers are told of it: under permute_addresses its addresses are in reverse. */
export function asTold<Told extends PathedMessage>(
  connection: Told,
  conduit: string,
  faults: Pick<Faults, 'has'>,
): Told {
  return faults.has('permute_addresses', conduit) ? permuted(connection) : connection;
}

function permuted<Told extends PathedMessage>(connection: Told): Told {
  const { ipContext } = connection.context;
  const inReverse = {
    ...ipContext,
    srcIpAddrs: ipContext.srcIpAddrs.toReversed(),
    dstIpAddrs: ipContext.dstIpAddrs.toReversed(),
    extraPrefixes: ipContext.extraPrefixes.toReversed(),
    policies: ipContext.policies
      .toReversed()
      .map((policy) => ({ ...policy, routes: policy.routes.toReversed() })),
  };
  return { ...connection, context: { ...connection.context, ipContext: inReverse } };
}
