// networkservice.NetworkService and connection.MonitorConnection, as the loop of a conduit uses them.

import { MonitorConnectionDefinition } from '@syncline/proto/connection.ts';
import { NetworkServiceDefinition } from '@syncline/proto/networkservice.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { connectionId, printNetworkService } from '@syncline/trench/network-service.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { ClientError, Status } from 'nice-grpc-common';
import type { ConduitProxy } from '../ports.ts';
import type { CallSlots } from './call-slots.ts';
import { type Client, ConnectionWire, type Service } from './connection-wire.ts';
import type { Inbox } from './inbox.ts';

/** Who asks, and where its trenches are deployed. */
export interface ProxyClient extends Client {
  readonly namespace: string;
}

/**
 * The proxy behind `connection`, as `client` sees it. An event of our connection that is malformed is left out: what was
 * known holds, and the next renewal asks the proxy itself.
 */
export function proxyOf(
  connection: Connection,
  client: ProxyClient,
  slots: CallSlots,
  inbox: Inbox,
): ConduitProxy {
  const service = connection.client(NetworkServiceDefinition);
  const monitor = connection.client(MonitorConnectionDefinition);
  const wire = new ConnectionWire(client);
  const serviceOf = (conduit: ConduitName): Service => {
    const networkService = printNetworkService({ ...conduit, namespace: client.namespace });
    return { networkService, id: connectionId(client.name, networkService) };
  };
  const path = (method: 'request' | 'close') =>
    `/${NetworkServiceDefinition.fullName}/${NetworkServiceDefinition.methods[method].name}`;
  return {
    request: (request, limits) =>
      slots.run(request.conduit, limits, path('request'), async (left) => {
        const of = serviceOf(request.conduit);
        return wire.read(await service.request(wire.request(request, of), left), of.id);
      }),
    close: (conduit, basis, limits) =>
      slots.run(conduit, limits, path('close'), async (left) => {
        try {
          await service.close(wire.name(basis, serviceOf(conduit)), left);
        } catch (error) {
          if (!(error instanceof ClientError && error.code === Status.NOT_FOUND)) throw error;
        }
      }),
    monitor(conduit, signal) {
      const { id } = serviceOf(conduit);
      const events = monitor.monitorConnections({ pathSegments: [{ id }] }, { signal });
      return inbox.follow(events, (message) => wire.events(message, id), signal);
    },
  };
}
