// Which interface name a connection gets. A name is one connection's alone within the process, because a client may have
// connections to several of its conduits; for as long as a release is owed its name waits for the owner's return.

import { type ConduitState, type Owed, owedKey } from '../book/state.ts';
import type { Asked } from '../connection/connection.ts';
import { interfaceName } from '../connection/mechanism.ts';

/**
 * The name that its client asks for, else the one that the connection has or had, else a free one.
 *
 * @param subnets how many the conduit has: in each of them a release of the connection may be owed
 */
export function interfaceNameFor(
  { connections, owed }: ConduitState,
  { id, mechanism }: Asked,
  subnets: number,
  names: { readonly free: string },
): string {
  const held = connections.get(id);
  return (
    interfaceName(mechanism) ??
    (held && interfaceName(held.connection.mechanism)) ??
    owedName(owed, id, subnets) ??
    names.free
  );
}

function owedName(owed: ReadonlyMap<string, Owed>, id: string, subnets: number): string | undefined {
  const owner = { kind: 'connection', id } as const;
  for (let subnet = 0; subnet < subnets; subnet += 1) {
    const name = owed.get(owedKey({ subnet, owner }))?.interfaceName;
    if (name !== undefined) return name;
  }
  return undefined;
}
