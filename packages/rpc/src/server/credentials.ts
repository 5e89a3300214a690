// TLS for the server, from PEM files that may be replaced while it runs. A replacement that cannot be used is
// reported and the certificate in use stays: half-written files must not take the server down.

import { unwatchFile, watchFile } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { PemError, readCertificates, readPem } from '../pem.ts';

/** Paths of PEM files. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must present a certificate signed by one of these (mTLS). */
  readonly clientCaFile?: string | undefined;
}

// How long a replaced certificate may take to be noticed; polling survives renames and swapped symlinks.
const pollMs = 5_000;

/** Credentials that follow their files; dispose them to stop following. New connections use what was read last. */
export class FileCredentials extends ServerCredentials implements Disposable {
  readonly #tls: ServerTls;
  readonly #logger: Logger;
  readonly #onChange = () => this.reload();

  /** Throws PemError for files that cannot be used. `pollMs` is how often they are looked at. */
  constructor(tls: ServerTls, logger: Logger, interval = pollMs) {
    const mutual = tls.clientCaFile !== undefined;
    super({ requestCert: mutual, rejectUnauthorized: mutual }, readContext(tls));
    this.#tls = tls;
    this.#logger = logger;
    for (const path of pathsOf(tls)) watchFile(path, { interval, persistent: false }, this.#onChange);
  }

  /** Reads the files again. */
  reload(): void {
    try {
      this.updateSecureContextOptions(readContext(this.#tls));
      this.#logger.info({ certFile: this.#tls.certFile }, 'certificate reloaded');
    } catch (err) {
      this.#logger.warn({ err }, 'certificate not reloaded; the one in use stays');
    }
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }

  [Symbol.dispose](): void {
    for (const path of pathsOf(this.#tls)) unwatchFile(path, this.#onChange);
  }
}

function pathsOf({ certFile, keyFile, clientCaFile }: ServerTls): string[] {
  return [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
}

function readContext({ certFile, keyFile, clientCaFile }: ServerTls): SecureContextOptions {
  const context = {
    cert: readCertificates(certFile),
    key: readPem(keyFile),
    ...(clientCaFile !== undefined && { ca: readCertificates(clientCaFile) }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PemError(certFile, `cannot be used with ${keyFile}: ${why}`, { cause: error });
  }
  return context;
}
