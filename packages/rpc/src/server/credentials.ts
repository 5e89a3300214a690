// TLS for the server, from files.

import { ServerCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must present a certificate signed by one of these. */
  readonly clientCaFile?: string;
}

export async function loadServerCredentials(tls: ServerTls | undefined): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  throw new Error('TLS comes with the next commit');
}
