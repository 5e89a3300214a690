// TLS of a server as settings, the same ones for every service: plaintext unless a certificate is given.

import type { ServerTls } from '../server/credentials.ts';
import { optional, path } from '../setting-types.ts';
import type { ValuesOf } from '../settings.ts';
import { Contradictions } from './contradictions.ts';

/** To be spread into the service's table. */
export const serverTlsSettings = {
  tlsCert: optional(path, 'PEM certificate; with it and a key only TLS is served on the port.'),
  tlsKey: optional(path, 'PEM key of the certificate.'),
  tlsClientCa: optional(path, 'PEM certificates; clients of the port must have one signed by them.'),
};

type Values = ValuesOf<typeof serverTlsSettings>;

/** What is wrong with them together. */
export function serverTlsProblems(service: string, values: Values): readonly string[] {
  const problems = new Contradictions({ service, table: serverTlsSettings }, values);
  problems.together('tlsCert', 'tlsKey');
  problems.needs('tlsClientCa', 'tlsCert');
  return problems.found;
}

/** The files to serve with; undefined for plaintext. */
export function serverTlsOf({ tlsCert, tlsKey, tlsClientCa }: Values): ServerTls | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { certFile: tlsCert, keyFile: tlsKey, clientCaFile: tlsClientCa };
}
