// What is answered to a Request, given what the connection was and what it is assigned. Pure.

import { State } from '@syncline/proto/connection.ts';
import type { Asked, Assigned, Connection, Held, PathedMessage } from './connection.ts';
import { settle } from './ip-context.ts';
import { withInterface } from './mechanism.ts';
import { type Hop, pathTo } from './path.ts';

const ethernet = 'ETHERNET';

/** What the proxy gives to a connection. */
export interface Given {
  readonly assigned: Assigned;
  readonly gateways: readonly string[];
  readonly interfaceName: string;
  readonly hop: Hop;
}

/**
 * The connection that `asked` becomes, as its watchers see it. One that is DOWN stays it until its client asks for a
 * new choice: a refresh that happens to come does not mend what is broken.
 */
export function compose(
  { message, mechanism, reselect }: Asked,
  held: Held | undefined,
  { assigned, gateways, interfaceName, hop }: Given,
): Connection {
  const { src, dst } = assigned;
  const ipContext = settle(message.context.ipContext, { src, dst, gateways }, held?.assigned);
  return {
    ...message,
    id: hop.id,
    path: pathTo(message.path, hop),
    mechanism: withInterface(mechanism, interfaceName),
    context: { ...message.context, ipContext },
    networkServiceEndpointName: hop.name,
    payload: ethernet,
    state: held !== undefined && !reselect ? held.connection.state : State.UP,
  };
}

/** The connection as the one who asked for it with `message` sees it: by its own id, at its own hop. */
export function asAsked(connection: Connection, message: PathedMessage): Connection {
  const { index } = message.path;
  return { ...connection, id: message.id, path: { ...connection.path, index } };
}

/** The connection at other addresses; itself when it has all that is expected. */
export function readdressed(
  { connection, assigned: former }: Held,
  { src, dst }: Assigned,
  gateways: readonly string[],
): Connection {
  const { ipContext } = connection.context;
  const settled = settle(ipContext, { src, dst, gateways }, former);
  if (settled === ipContext) return connection;
  return { ...connection, context: { ...connection.context, ipContext: settled } };
}
