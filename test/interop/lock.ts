// Servers behind TLS and a password: a certificate made for the case, and how either side uses it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '@syncline/rpc/certificate.fixture.ts';
import type { ConnectOptions } from '@syncline/rpc/connect.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import type { CaseContext } from './context.ts';

const NAME = 'localhost';

/** What opens our servers of one case. */
export interface Lock {
  /** PEM file of the authority that clients have to trust. */
  readonly ca: string;
  /** PEM files of the servers, which are found as localhost and 127.0.0.1. */
  readonly cert: string;
  readonly key: string;
  readonly username: string;
  readonly password: string;
}

/** Makes a lock whose files go with the case. */
export async function makeLock(context: CaseContext): Promise<Lock> {
  const { path } = context.own(await tempDir('lock'));
  const authority = createAuthority('interop');
  const { cert, key } = authority.issue(NAME);
  const files = { ca: join(path, 'ca.pem'), cert: join(path, 'cert.pem'), key: join(path, 'key.pem') };
  await Promise.all([
    writeFile(files.ca, authority.cert),
    writeFile(files.cert, cert),
    writeFile(files.key, key),
  ]);
  return { ...files, username: 'admin', password: 'secret' };
}

/** The settings of a service that is locked. */
export function lockSettings(
  service: 'device' | 'datastore',
  { cert, key, username, password }: Lock,
): Record<string, string> {
  const prefix = `SYNCLINE_${service.toUpperCase()}`;
  return {
    [`${prefix}_TLS_CERT`]: cert,
    [`${prefix}_TLS_KEY`]: key,
    [`${prefix}_USERNAME`]: username,
    [`${prefix}_PASSWORD`]: password,
  };
}

/** How our own client gets in; without a lock it talks plain text. */
export function accessOf(lock: Lock | undefined): Pick<ConnectOptions, 'security' | 'identity'> {
  if (lock === undefined) return { security: { kind: 'plaintext' } };
  const { ca, username, password } = lock;
  return {
    security: { kind: 'tls', caFile: ca, serverName: NAME },
    identity: { kind: 'password', username, password },
  };
}
