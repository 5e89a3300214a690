// Certificates for a trench whose processes trust one authority and nobody else.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '@syncline/rpc/certificate.fixture.ts';
import type { ClientSecurity } from '@syncline/rpc/connect.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';

/** Settings by which a process uses the files, and how a client does. */
export interface Certificates {
  /** Of a process that serves only who has a certificate of the authority. */
  readonly server: Settings;
  /** Of a process that calls such ones. */
  readonly neighbour: Settings;
  /** The same, with another authority to trust. */
  readonly deceived: Settings;
  readonly client: ClientSecurity;
  /** A client that trusts the authority and has no certificate. */
  readonly stranger: ClientSecurity;
}

/** Writes them into a folder. Servers are found at 127.0.0.1. */
export async function certificatesIn(folder: string): Promise<Certificates> {
  const authority = createAuthority('an authority');
  const [server, client] = [authority.issue('a server'), authority.issue('a client')];
  const put = async (name: string, pem: string) => {
    const file = join(folder, name);
    await writeFile(file, pem);
    return file;
  };
  const caFile = await put('ca.pem', authority.cert);
  const certFile = await put('client.pem', client.cert);
  const keyFile = await put('client-key.pem', client.key);
  const neighbour = { neighbourCa: caFile, neighbourCert: certFile, neighbourKey: keyFile };
  return {
    server: {
      tlsCert: await put('server.pem', server.cert),
      tlsKey: await put('server-key.pem', server.key),
      tlsClientCa: caFile,
    },
    neighbour,
    deceived: { ...neighbour, neighbourCa: await put('other.pem', createAuthority('another').cert) },
    client: { kind: 'tls', caFile, certFile, keyFile },
    stranger: { kind: 'tls', caFile },
  };
}
