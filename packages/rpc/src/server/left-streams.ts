// How many calls a client may leave on one connection. Node's HTTP/2 server ends a connection on which more than
// 1,000 streams were reset in a burst, or 33 a second after that, against "rapid reset" (CVE-2023-44487). Leaving a
// watch is a reset too, and clients that list by a watch they leave, as Meridio's do, are no attack. grpc-js 1.14.7
// has no option for it and keeps what it gives to node:http2 in a private field: where that is not there, Node's own
// bounds stay in force.

import type { Server } from '@grpc/grpc-js';

/** What one connection may reset: so many at once, and so many a second after that. */
export const leftStreams = { streamResetBurst: 10_000, streamResetRate: 2_000 } as const;

/** Widens the bounds of `server`, for what it binds from now on; false when grpc-js is not shaped as expected. */
export function allowLeftStreams(server: Server): boolean {
  const options: unknown = Reflect.get(server, 'commonServerOptions');
  if (typeof options !== 'object' || options === null) return false;
  Object.assign(options, leftStreams);
  return true;
}
