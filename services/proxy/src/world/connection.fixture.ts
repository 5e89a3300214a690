// Connections for tests of what is told of them.

import { compose } from '../connection/compose.ts';
import type { Connection } from '../connection/connection.ts';
import { ownId } from '../connection/path.ts';
import type { ConnectionChange } from '../monitor/event.ts';
import { asked } from './request.fixture.ts';

/** A target's connection to a conduit. */
export function connectionOf(target: string, conduit = 'edge', vip?: string): Connection {
  const wanted = asked(target, conduit);
  return compose(wanted, undefined, {
    assigned: { subnet: 0, src: ['10.0.0.2/24', ...(vip === undefined ? [] : [vip])], dst: ['10.0.0.3/24'] },
    gateways: ['10.0.0.1/24'],
    interfaceName: 'nsm-0',
    hop: { name: 'proxy', id: ownId(conduit, wanted.id), expiresUnixMs: undefined },
  });
}

/** A change of a target's connection; `vip` tells one update from another. */
export function change(
  kind: ConnectionChange['kind'],
  target: string,
  vip?: string,
  conduit = 'edge',
): ConnectionChange {
  return { kind, conduit, connection: connectionOf(target, conduit, vip) };
}
