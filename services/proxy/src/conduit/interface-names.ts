// Which interface name a connection gets. A name is one connection's alone within the process, because a client may have
// connections to several of its conduits; for as long as a release is owed its name waits for the owner's return.

import type { BookState } from '../book/state.ts';
import type { Asked } from '../connection/connection.ts';
import { freeInterfaceName, interfaceName } from '../connection/mechanism.ts';

/** The name that its client asks for, else the one that the connection has or had, else a free one. */
export function interfaceNameFor(state: BookState, conduit: string, { id, mechanism }: Asked): string {
  const asked = interfaceName(mechanism);
  if (asked !== undefined) return asked;
  const { connections, owed } = state.get(conduit) ?? {};
  const held = connections?.get(id);
  const has = held && interfaceName(held.connection.mechanism);
  if (has !== undefined) return has;
  for (const { owner, interfaceName: had } of owed?.values() ?? []) {
    if (had !== undefined && owner.kind === 'connection' && owner.id === id) return had;
  }
  return freeInterfaceName(usedNames(state));
}

function usedNames(state: BookState): Set<string> {
  const names = new Set<string>();
  for (const { connections, owed } of state.values()) {
    for (const { connection } of connections.values()) {
      const name = interfaceName(connection.mechanism);
      if (name !== undefined) names.add(name);
    }
    for (const { interfaceName: name } of owed.values()) if (name !== undefined) names.add(name);
  }
  return names;
}
