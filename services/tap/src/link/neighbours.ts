// The neighbours of a trench over gRPC: a channel to its NSP and one to the proxy, which last as long as the trench is
// in use. So a peer that minds keepalives without calls is not pinged while there is nothing to be asked.

import { type ConnectOptions, connect } from '@syncline/rpc/connect.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Ports } from '../ports.ts';
import { addressFor } from './address-template.ts';
import { CallSlots } from './call-slots.ts';
import type { Inbox } from './inbox.ts';
import { configurationOf } from './nsp-configuration.ts';
import { registryOf } from './nsp-registry.ts';
import { type ProxyClient, proxyOf } from './proxy.ts';

/** How the neighbours are reached. */
export interface NeighbourSettings {
  /** Addresses, with `{trench}` and `{namespace}` where the names belong. */
  readonly nsp: string;
  readonly proxy: string;
  readonly client: ProxyClient;
  /** Calls to one neighbour for one conduit at a time; 1 or more. */
  readonly callsPerConduit: number;
  readonly connect: ConnectOptions;
}

/** The neighbours of one trench; disposing ends what is under way and closes the channels. */
export interface Neighbours extends Ports, Disposable {}

/** Opens the channels; they connect at the first call. */
export function openNeighbours(
  settings: NeighbourSettings,
  trench: string,
  clock: Clock,
  inbox: Inbox,
): Neighbours {
  const { client, callsPerConduit } = settings;
  using stack = new DisposableStack();
  const lineTo = (template: string) =>
    stack.use(connect(addressFor(template, { trench, namespace: client.namespace }), settings.connect));
  const nsp = lineTo(settings.nsp);
  const proxy = lineTo(settings.proxy);
  const owned = stack.move();
  return {
    registry: registryOf(nsp, new CallSlots(callsPerConduit, clock), clock),
    configuration: configurationOf(nsp, inbox),
    proxy: proxyOf(proxy, client, new CallSlots(callsPerConduit, clock), inbox),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
