// The book as rows, and rows as the book.

import { Connection as Message } from '@syncline/proto/connection.ts';
import { type BookState, type Change, type ConduitState, type Owed, owedKey } from '../book/state.ts';
import type { Connection, Held } from '../connection/connection.ts';
import type { ConnectionRow, OwedRow, RowChange, Rows } from './rows.ts';

/** The state of these conduits. Rows of others are left alone: a conduit may be served again one day. */
export function bookOf({ subnets, connections, owed }: Rows, conduits: readonly string[]): BookState {
  return new Map(
    conduits.map((name): [string, ConduitState] => {
      const held = connections.filter(({ conduit }) => conduit === name).map(heldOf);
      const releases = owed.filter(({ conduit }) => conduit === name).map(owedOf);
      const state = {
        subnet: subnets.find((row) => row.name === name)?.subnet ?? 0,
        connections: new Map(held.map((each) => [each.id, each])),
        owed: new Map(releases.map((each) => [owedKey(each), each])),
      };
      return [name, state];
    }),
  );
}

/** The conduits that have connections or owe releases, and are not served. */
export function strangersIn({ connections, owed }: Rows, conduits: readonly string[]): readonly string[] {
  const found = new Set([...connections, ...owed].map(({ conduit }) => conduit));
  return [...found].filter((conduit) => !conduits.includes(conduit));
}

/** A change of the book as a change of its rows. */
export function rowChange(change: Change): RowChange {
  const { conduit } = change;
  switch (change.kind) {
    case 'put':
      return { kind: 'put', row: connectionRow(conduit, change.held) };
    case 'delete':
      return { kind: 'delete', conduit, id: change.last.id };
    case 'subnet':
      return { kind: 'subnet', row: { name: conduit, subnet: change.subnet } };
    case 'owe':
    case 'clear':
      return { kind: change.kind, row: owedRow(conduit, change.owed) };
  }
}

function connectionRow(conduit: string, { id, connection, assigned, sinceUnixMs }: Held): ConnectionRow {
  return {
    conduit,
    id,
    connection: Message.encode(connection).finish(),
    subnet: assigned.subnet,
    src: JSON.stringify(assigned.src),
    dst: JSON.stringify(assigned.dst),
    sinceUnixMs,
  };
}

function heldOf({ id, connection, subnet, src, dst, sinceUnixMs }: ConnectionRow): Held {
  return {
    id,
    connection: wholeConnection(Message.decode(connection), id),
    assigned: { subnet, src: JSON.parse(src) as string[], dst: JSON.parse(dst) as string[] },
    sinceUnixMs,
  };
}

/** Every message that was stored had these; one that lacks them was not written by a proxy. */
function wholeConnection(message: Message, id: string): Connection {
  const { path, context, mechanism } = message;
  if (path === undefined || context?.ipContext === undefined || mechanism === undefined) {
    throw new RangeError(`the stored connection "${id}" has no path, context or mechanism`);
  }
  return { ...message, path, mechanism, context: { ...context, ipContext: context.ipContext } };
}

function owedRow(conduit: string, { subnet, owner, interfaceName }: Owed): OwedRow {
  const id = owner.kind === 'bridge' ? '' : owner.id;
  return { conduit, subnet, id, interface: interfaceName ?? null };
}

function owedOf({ subnet, id, interface: name }: OwedRow): Owed {
  const owner = id === '' ? ({ kind: 'bridge' } as const) : ({ kind: 'connection', id } as const);
  return { subnet, owner, interfaceName: name ?? undefined };
}
