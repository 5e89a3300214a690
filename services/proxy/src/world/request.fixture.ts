// Requests as a tap writes them, for tests.

import { type Mechanism, type Connection as Message, State } from '@syncline/proto/connection.ts';
import { NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { connectionId, printNetworkService } from '@syncline/trench/network-service.ts';
import { readRequest } from '../wire/request.ts';

export const trench = 't';
export const namespace = 'default';

/** The network service of a conduit. */
export const serviceOf = (conduit: string) => printNetworkService({ trench, conduit, namespace });

/** The id of a target's connection to a conduit. */
export const idOf = (target: string, conduit: string) => connectionId(target, serviceOf(conduit));

const kernel: Mechanism = { cls: 'LOCAL', type: 'KERNEL', parameters: {} };

/** A Request of a target for a connection, the first one or, from a connection that it was answered, a later one. */
export function requestMessage(
  target: string,
  conduit: string,
  change: (connection: Message) => Partial<Message> = () => ({}),
  known?: Message,
): NetworkServiceRequest {
  const id = idOf(target, conduit);
  const request = NetworkServiceRequest.fromPartial({
    connection: {
      id,
      networkService: serviceOf(conduit),
      labels: { nodeName: 'node' },
      payload: 'ETHERNET',
      path: { index: 0, pathSegments: [{ name: target, id }] },
      ...known,
      state: known?.state ?? State.UP,
    },
    mechanismPreferences: [kernel],
  });
  const { connection } = request;
  return connection === undefined
    ? request
    : { ...request, connection: { ...connection, ...change(connection) } };
}

/** The same, read. */
export function asked(...args: Parameters<typeof requestMessage>) {
  return readRequest(requestMessage(...args));
}

/** A connection with these VIPs besides what it has, as a tap asks for them. */
export function withVips(vips: readonly string[]): (connection: Message) => Partial<Message> {
  return ({ context }) => {
    const ip = context?.ipContext;
    if (context === undefined || ip === undefined) return {};
    const hops = ip.extraPrefixes.map((gateway) => gateway.split('/', 1)[0] ?? '');
    const policies = vips.map((from) => {
      const prefix = from.includes(':') ? '::/0' : '0.0.0.0/0';
      const own = hops.filter((hop) => hop.includes(':') === from.includes(':'));
      return {
        from,
        proto: '',
        dstPort: '',
        srcPort: '',
        routes: own.map((nextHop) => ({ prefix, nextHop })),
      };
    });
    return {
      context: { ...context, ipContext: { ...ip, srcIpAddrs: [...ip.srcIpAddrs, ...vips], policies } },
    };
  };
}
