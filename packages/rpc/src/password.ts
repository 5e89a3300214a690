// gNMI's own authentication: metadata `username` and `password` with every call (specification 3.1).

import { timingSafeEqual } from 'node:crypto';
import { ServerError, Status } from 'nice-grpc-common';
import type { Authenticate } from './server/open-calls.ts';

/** Lets only calls with these credentials pass. */
export function requirePassword(username: string, password: string): Authenticate {
  return (metadata) => {
    const given = [metadata.get('username') ?? '', metadata.get('password') ?? ''] as const;
    if (same(given[0], username) && same(given[1], password)) return;
    throw new ServerError(
      Status.UNAUTHENTICATED,
      `metadata username ${JSON.stringify(given[0])}: wrong username or password`,
    );
  };
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
