// TLS for the server, from PEM files that may be replaced while it runs.

import { createSecureContext } from 'node:tls';
import { experimental, ServerCredentials } from '@grpc/grpc-js';
import { PemError, readPem } from '../pem.ts';

/** Paths of PEM files. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must present a certificate signed by one of these (mTLS). */
  readonly clientCaFile?: string;
}

// How long a replaced certificate may take to be used by new connections.
const refreshMs = 10_000;

/**
 * Credentials of a server; plaintext without `tls`. Replaced files are used for new connections within 10 s; while
 * they cannot be read, new connections are refused. Throws PemError for files that cannot be used at the start.
 */
export function loadServerCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  check(tls);
  const { certFile: certificateFile, keyFile: privateKeyFile, clientCaFile: caCertificateFile } = tls;
  const files = new experimental.FileWatcherCertificateProvider({
    certificateFile,
    privateKeyFile,
    caCertificateFile,
    refreshIntervalMs: refreshMs,
  });
  const mutual = caCertificateFile !== undefined;
  return experimental.createCertificateProviderServerCredentials(files, mutual ? files : null, mutual);
}

// grpc-js would drop every connection without a word.
function check({ certFile, keyFile, clientCaFile }: ServerTls): void {
  const ca = clientCaFile === undefined ? undefined : readPem(clientCaFile);
  const cert = readPem(certFile);
  const key = readPem(keyFile);
  try {
    createSecureContext({ cert, key, ca });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PemError(certFile, `cannot be used with ${keyFile}: ${why}`, { cause: error });
  }
}
