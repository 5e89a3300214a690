// The names under which Network Service Mesh knows a conduit and a connection to it. Both follow from the names of
// trench and target, so a tap that starts again finds the connection it had.

import { MalformedError } from './malformed-error.ts';
import { checkName } from './name.ts';
import type { ConduitName } from './stream-name.ts';

/** The network service that proxies of a conduit serve. */
export interface NetworkService extends ConduitName {
  /** Where the trench is deployed. */
  readonly namespace: string;
}

/** `proxy.<conduit>.<trench>.<namespace>`. Throws MalformedError when one of the three is not a name. */
export function printNetworkService({ conduit, trench, namespace }: NetworkService): string {
  return [
    'proxy',
    checkName(conduit, 'conduit'),
    checkName(trench, 'trench'),
    checkName(namespace, 'namespace'),
  ].join('.');
}

/** What `text` names. Throws MalformedError when it is not `proxy.<conduit>.<trench>.<namespace>`. */
export function parseNetworkService(text: string): NetworkService {
  const [proxy, conduit, trench, namespace, ...rest] = text.split('.');
  if (proxy !== 'proxy' || !conduit || !trench || !namespace || rest.length > 0) {
    throw new MalformedError('network service', text, 'not proxy.<conduit>.<trench>.<namespace>');
  }
  return {
    conduit: checkName(conduit, 'conduit'),
    trench: checkName(trench, 'trench'),
    namespace: checkName(namespace, 'namespace'),
  };
}

/** The id of the connection of a target, which is its pod's name, to a network service: one for the two of them. */
export function connectionId(target: string, networkService: string): string {
  return `${target}-${networkService}-0`;
}
