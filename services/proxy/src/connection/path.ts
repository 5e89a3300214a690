// The path of a connection: one hop for each party, the client first and the proxy right behind its caller.
// Clients tell a connection that they had before a restart by its path, so what watchers see is at the proxy's hop.

import type { Path, PathSegment } from '@syncline/proto/connection.ts';

/** The proxy's own hop. */
export interface Hop {
  /** The proxy's name, which is also that of the endpoint. */
  readonly name: string;
  /** Its id of the connection. */
  readonly id: string;
  /** When the connection ends unless it is requested again, in milliseconds since 1970; undefined for never. */
  readonly expiresUnixMs: number | undefined;
}

/**
 * The path that goes on from the caller's hop to the proxy's, which is the last: hops that an earlier answer had behind
 * it are left out. A path that is at the proxy's hop already stays at it.
 */
export function pathTo(path: Path, hop: Hop): Path {
  const at = path.pathSegments[path.index]?.name === hop.name && path.index > 0 ? path.index : path.index + 1;
  const own: PathSegment = { name: hop.name, id: hop.id, token: '', expires: expiry(hop), metrics: {} };
  return { index: at, pathSegments: [...path.pathSegments.slice(0, at), own] };
}

/** The proxy's id of a connection; injective, since the name of a conduit has no colon. */
export function ownId(conduit: string, clientId: string): string {
  return `${conduit}:${clientId}`;
}

function expiry({ expiresUnixMs }: Hop): PathSegment['expires'] {
  if (expiresUnixMs === undefined) return undefined;
  const seconds = Math.floor(expiresUnixMs / 1e3);
  return { seconds: BigInt(seconds), nanos: Math.floor((expiresUnixMs - seconds * 1e3) * 1e6) };
}
