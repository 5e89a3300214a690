// What a Request or Close says, once it is known to make sense: names, addresses and path that a message may lack or have
// wrong are found here and nowhere behind it.

import { type Connection as Message, type Path, State } from '@syncline/proto/connection.ts';
import { ConnectionContext, IPContext } from '@syncline/proto/connectioncontext.ts';
import type { NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { parseAddress } from '@syncline/trench/address.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { parseNetworkService } from '@syncline/trench/network-service.ts';
import { parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import type { Asked } from '../connection/connection.ts';
import { chooseMechanism } from '../connection/mechanism.ts';

const maxId = 512;
const maxHops = 16;
const payloads = ['', 'ETHERNET'];

/** Which connection of which network service is meant. */
export interface ConnectionName {
  readonly networkService: string;
  /** That of the first hop. */
  readonly id: string;
}

/** What a Request asks for. Throws MalformedError naming the field. */
export function readRequest(request: NetworkServiceRequest): ConnectionName & Asked {
  const { connection, mechanismPreferences } = request;
  const { name, path, message } = readConnection(connection);
  const context = message.context ?? ConnectionContext.create();
  const ipContext = readIpContext(context.ipContext ?? IPContext.create());
  const callerId = path.pathSegments[path.index]?.id ?? name.id;
  if (!payloads.includes(message.payload)) {
    throw new MalformedError('connection.payload', message.payload, 'only ETHERNET can be had');
  }
  return {
    ...name,
    message: { ...message, id: callerId, path, context: { ...context, ipContext } },
    reselect: message.state === State.RESELECT_REQUESTED,
    mechanism: chooseMechanism(message.mechanism, mechanismPreferences),
  };
}

/** Which connection a Close is for. Throws MalformedError naming the field. */
export function readClose(connection: Message): ConnectionName {
  return readConnection(connection).name;
}

function readConnection(connection: Message | undefined): {
  name: ConnectionName;
  path: Path;
  message: Message;
} {
  if (connection === undefined) throw new MalformedError('connection', '', 'it must be given');
  const { networkService } = connection;
  parseNetworkService(networkService);
  const path = readPath(connection);
  const [first] = path.pathSegments;
  return { name: { networkService, id: first?.id ?? '' }, path, message: connection };
}

/** A client without a path is its first hop. */
function readPath({ id, path }: Message): Path {
  if (path === undefined || path.pathSegments.length === 0) {
    checkId('connection.id', id);
    return { index: 0, pathSegments: [{ name: '', id, token: '', expires: undefined, metrics: {} }] };
  }
  const { index, pathSegments } = path;
  if (pathSegments.length > maxHops) {
    const count = String(pathSegments.length);
    throw new MalformedError('connection.path.path_segments', count, `there may be ${maxHops}`);
  }
  const at = pathSegments[index];
  if (at === undefined) {
    const hops = `the path has ${pathSegments.length} segments`;
    throw new MalformedError('connection.path.index', String(index), hops);
  }
  checkId('connection.path.path_segments[0].id', pathSegments[0]?.id ?? '');
  if (id !== '' && id !== at.id) {
    throw new MalformedError('connection.id', id, `the path is at a segment with id "${at.id}"`);
  }
  return path;
}

function checkId(field: string, id: string): void {
  if (id === '') throw new MalformedError(field, id, 'it must be given');
  if (id.length > maxId)
    throw new MalformedError(field, `${id.slice(0, 64)}…`, `longer than ${maxId} characters`);
}

/** Every address in it parses from here on; they are printed in one way. */
function readIpContext(context: IPContext): IPContext {
  const at = (field: string) => `connection.context.ip_context.${field}`;
  const prefixes = (field: string, texts: readonly string[]) =>
    texts.map((text, index) => printPrefix(parsePrefix(text, `${at(field)}[${index}]`)));
  const policies = context.policies.map((policy, index) => {
    const routes = policy.routes.map((route, nth) => {
      const field = `${at('policies')}[${index}].routes[${nth}]`;
      parsePrefix(route.prefix, `${field}.prefix`);
      if (route.nextHop !== '') parseAddress(route.nextHop.split('/', 1)[0] ?? '', `${field}.nextHop`);
      return route;
    });
    return { ...policy, routes };
  });
  return {
    ...context,
    srcIpAddrs: prefixes('src_ip_addrs', context.srcIpAddrs),
    dstIpAddrs: prefixes('dst_ip_addrs', context.dstIpAddrs),
    extraPrefixes: prefixes('extra_prefixes', context.extraPrefixes),
    policies,
  };
}
