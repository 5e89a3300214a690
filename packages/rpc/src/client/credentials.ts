// How a client proves whom it talks to, and who it is.

import { ChannelCredentials } from '@grpc/grpc-js';
import { Metadata } from 'nice-grpc-common';
import { PemError, readCertificates, readPem } from '../pem.ts';

/** Plaintext, or TLS with PEM files. */
export type ClientSecurity =
  | { readonly kind: 'plaintext' }
  | {
      readonly kind: 'tls';
      /** Authorities to trust; Node's own when absent. */
      readonly caFile?: string | undefined;
      /** Our own certificate and key, for servers that ask (mTLS); both or neither. */
      readonly certFile?: string | undefined;
      readonly keyFile?: string | undefined;
      /** The name the server's certificate must carry, where it differs from the address. */
      readonly serverName?: string | undefined;
      /** Accept any certificate: for labs; the connection is encrypted and proves nothing. */
      readonly skipVerify?: boolean;
    };

/** What every call carries to say who is calling. */
export type ClientIdentity =
  | { readonly kind: 'none' }
  /** `username` and `password` metadata, as gNMI targets expect. */
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** `authorization: Bearer <token>`. */
  | { readonly kind: 'bearer'; readonly token: string };

/** Reads the files once. Throws PemError naming the file that cannot be used. */
export function loadChannelCredentials(security: ClientSecurity): ChannelCredentials {
  if (security.kind === 'plaintext') return ChannelCredentials.createInsecure();
  const { caFile, certFile, keyFile, skipVerify = false } = security;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new TypeError(
      `a client certificate needs its key and the key its certificate: ${certFile ?? keyFile}`,
    );
  }
  const ca = caFile === undefined ? null : readCertificates(caFile);
  const cert = certFile === undefined ? null : readCertificates(certFile);
  const key = keyFile === undefined ? null : readPem(keyFile);
  try {
    return ChannelCredentials.createSsl(ca, key, cert, { rejectUnauthorized: !skipVerify });
  } catch (error) {
    if (certFile === undefined) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new PemError(certFile, `cannot be used with ${keyFile}: ${why}`, { cause: error });
  }
}

/** The metadata of an identity. */
export function identityMetadata(identity: ClientIdentity): Metadata {
  switch (identity.kind) {
    case 'none':
      return Metadata();
    case 'password':
      return Metadata({ username: identity.username, password: identity.password });
    case 'bearer':
      return Metadata({ authorization: `Bearer ${identity.token}` });
  }
}
