// Connections as the wire has them and as the loops see them. What the loops have no use for (mechanism, labels, path)
// is kept beside what they were given, so that a request carries all that the proxy had said.

import {
  ConnectionEventType,
  type ConnectionEvent as EventMessage,
  type Mechanism,
  State,
  Connection as Wire,
} from '@syncline/proto/connection.ts';
import type { PolicyRoute } from '@syncline/proto/connectioncontext.ts';
import { NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { parseAddress, printAddress } from '@syncline/trench/address.ts';
import { parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import type { Connection, ConnectionEvent, ConnectionRequest, Policy } from '../ports.ts';

/** Who asks for connections. */
export interface Client {
  /** The target's name, which is its pod's. */
  readonly name: string;
  /** Where it runs. */
  readonly node: string;
}

/** A connection's id and its network service. */
export interface Service {
  readonly id: string;
  readonly networkService: string;
}

const kernel = { cls: 'LOCAL', type: 'KERNEL' } as const;
const interfaceName = 'name';
/** In the eyes of the first hop behind the client, the path is at 1. */
const nextHop = 1;

/** Reads and writes the connections of one client. */
export class ConnectionWire {
  readonly #client: Client;
  readonly #originals = new WeakMap<Connection, Wire>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** What the proxy said, for the loops. Throws MalformedError naming the field that is no address. */
  read(wire: Wire, id: string): Connection {
    const ip = wire.context?.ipContext;
    const connection: Connection = {
      id,
      state: wire.state === State.DOWN ? 'down' : 'up',
      srcIps: (ip?.srcIpAddrs ?? []).map((text) => parsePrefix(text, 'src_ip_addrs')),
      gateways: (ip?.extraPrefixes ?? []).map((text) => parsePrefix(text, 'extra_prefixes')),
      policies: (ip?.policies ?? []).map(readPolicy),
    };
    this.#originals.set(connection, wire);
    return connection;
  }

  /** A request to the proxy: of a new connection, or of the one that is known with what is to change. */
  request({ basis, reselect, addresses }: ConnectionRequest, service: Service): NetworkServiceRequest {
    const wire = this.name(basis, service);
    const mechanismPreferences = [{ ...kernel, parameters: namesOf(wire.mechanism) }];
    wire.labels['nodeName'] = this.#client.node;
    if (reselect) {
      wire.state = State.RESELECT_REQUESTED;
      wire.mechanism = undefined;
      wire.networkServiceEndpointName = '';
    }
    if (addresses === undefined) return { connection: wire, mechanismPreferences };
    const ipContext = {
      ...wire.context?.ipContext,
      srcIpAddrs: addresses.srcIps.map(printPrefix),
      policies: addresses.policies.map(writePolicy),
    };
    const connection = { ...wire, context: { ...wire.context, ipContext } };
    return NetworkServiceRequest.fromPartial({ connection, mechanismPreferences });
  }

  /** The connection as it is to be named: a copy of all that is known of it, or its id when nothing is. */
  name(basis: Connection | undefined, { id, networkService }: Service): Wire {
    const known = basis === undefined ? undefined : this.#originals.get(basis);
    const { name, node } = this.#client;
    return Wire.fromPartial({
      payload: 'ETHERNET',
      labels: { nodeName: node },
      ...known,
      id,
      networkService,
      path: { index: 0, pathSegments: known?.path?.pathSegments ?? [{ name, id }] },
    });
  }

  /** What a message says of the connection with this id, if anything. Throws MalformedError as read() does. */
  events({ type, connections }: EventMessage, id: string): readonly ConnectionEvent[] {
    const ours = Object.values(connections).filter(({ path }) => path?.pathSegments[0]?.id === id);
    const wire = ours.find(({ path }) => path?.index === nextHop) ?? ours[0];
    switch (type) {
      case ConnectionEventType.INITIAL_STATE_TRANSFER: {
        const usable = wire?.mechanism?.type === kernel.type;
        return [{ kind: 'initial', connection: usable ? this.read(wire, id) : undefined }];
      }
      case ConnectionEventType.UPDATE:
        return wire === undefined ? [] : [{ kind: 'update', connection: this.read(wire, id) }];
      case ConnectionEventType.DELETE:
        return wire === undefined ? [] : [{ kind: 'delete' }];
      case ConnectionEventType.UNRECOGNIZED:
        return [];
    }
  }
}

/** An interface that has a name keeps it. */
function namesOf(mechanism: Mechanism | undefined): Record<string, string> {
  const name = mechanism?.parameters[interfaceName];
  return name === undefined ? {} : { [interfaceName]: name };
}

function readPolicy({ from, routes }: PolicyRoute): Policy {
  const hops = routes.map(({ nextHop: hop }) => parseAddress(hop.split('/', 1)[0] ?? '', 'next_hop'));
  return { from: parsePrefix(from, 'policy'), nextHops: hops };
}

function writePolicy({ from, nextHops }: Policy): PolicyRoute {
  const prefix = from.address.family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  const routes = nextHops.map((hop) => ({ prefix, nextHop: printAddress(hop) }));
  return { from: printPrefix(from), proto: '', dstPort: '', srcPort: '', routes };
}
