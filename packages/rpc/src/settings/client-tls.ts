// TLS towards the servers that a service calls, as settings: plaintext unless one of them is given.

import type { ClientSecurity } from '../client/credentials.ts';
import { flag, optional, path } from '../setting-types.ts';
import type { ValuesOf } from '../settings.ts';
import { Contradictions } from './contradictions.ts';

/** What an operator says of the TLS of a client; files are PEM. */
export interface ClientTls {
  /** Whether to use TLS with what Node trusts; each of the others implies it. */
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName?: string | undefined;
}

/** How such a client connects. */
export function clientSecurityOf({ tls, ca, cert, key, serverName }: ClientTls): ClientSecurity {
  if (!tls && (ca ?? cert ?? key ?? serverName) === undefined) return { kind: 'plaintext' };
  return { kind: 'tls', caFile: ca, certFile: cert, keyFile: key, serverName };
}

/** For a service with neighbours, to be spread into its table; `are` says who: 'the NSP is', 'NSP and proxy are'. */
export function neighbourTlsSettings(are: string) {
  return {
    neighbourTls: flag(false, `Whether ${are} called with TLS; the settings below imply it.`),
    neighbourCa: optional(path, 'PEM certificates to trust there instead of the well-known ones.'),
    neighbourCert: optional(path, 'PEM certificate to show there, with its key.'),
    neighbourKey: optional(path, 'PEM key of that certificate.'),
  };
}

type Neighbours = ValuesOf<ReturnType<typeof neighbourTlsSettings>>;

/** What is wrong with them together. */
export function neighbourTlsProblems(service: string, values: Neighbours): readonly string[] {
  const problems = new Contradictions({ service, table: neighbourTlsSettings('neighbours are') }, values);
  problems.together('neighbourCert', 'neighbourKey');
  return problems.found;
}

/** How neighbours are connected to. */
export function neighbourSecurityOf(values: Neighbours): ClientSecurity {
  const { neighbourTls: tls, neighbourCa: ca, neighbourCert: cert, neighbourKey: key } = values;
  return clientSecurityOf({ tls, ca, cert, key });
}
