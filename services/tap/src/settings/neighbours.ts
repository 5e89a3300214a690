// How NSP and proxy are reached, as settings.

import { hostname } from 'node:os';
import { bytes, duration, integer, optional } from '@syncline/rpc/setting-types.ts';
import { neighbourSecurityOf, neighbourTlsSettings } from '@syncline/rpc/settings/client-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { addressTemplate } from '../link/address-template.ts';
import type { NeighbourSettings } from '../link/neighbours.ts';
import { label, name } from './forms.ts';

const anyWait = { min: '10ms', max: '24h' };

/** To be spread into the service's table. */
export const neighbourSettings = {
  name: optional(
    name,
    'Name of the target, one for each tap of a trench (MERIDIO_NAME); without it the host name.',
  ),
  node: optional(name, 'Name of the node, sent to the proxy (MERIDIO_NODE); without it the host name.'),
  namespace: label('default', 'Where the trenches are deployed (MERIDIO_NAMESPACE).'),
  nsp: addressTemplate(
    '127.0.0.1:7778',
    'NSP of a trench, with {trench} and {namespace} where the names belong, such as nsp-service-{trench}.{namespace}:7778.',
  ),
  proxy: addressTemplate(
    '127.0.0.1:7779',
    'The proxy of this node (MERIDIO_NSM_SOCKET), with the same places: a proxy of ours serves one trench.',
  ),
  ...neighbourTlsSettings('NSP and proxy are'),
  conduitCalls: integer(
    32,
    { min: '1', max: '10000' },
    'Calls to one neighbour for one conduit at a time; the rest wait on their own time.',
  ),
  keepalive: duration(
    '20s',
    { min: '20s', max: '1h' },
    'How often a silent neighbour is pinged; servers of Go end connections that ping more often.',
  ),
  keepaliveTimeout: duration('10s', { min: '1s', max: '1h' }, 'How long it may owe the answer.'),
  reconnect: duration(
    '200ms',
    anyWait,
    'Wait before a neighbour that cannot be reached is connected to anew; it grows.',
  ),
  reconnectMax: duration('5s', anyWait, 'Longest such wait (GRPC_MAX_BACKOFF).'),
  maxAnswer: bytes(
    '16MiB',
    { min: '64KiB', max: '512MiB' },
    'Longest message that is taken from a neighbour; a list of many targets is long.',
  ),
};

type Values = ValuesOf<typeof neighbourSettings>;

/** How the neighbours are reached. */
export function neighboursOf(values: Values): NeighbourSettings {
  return {
    nsp: values.nsp,
    proxy: values.proxy,
    client: {
      name: values.name ?? hostname(),
      node: values.node ?? hostname(),
      namespace: values.namespace,
    },
    callsPerConduit: values.conduitCalls,
    connect: {
      security: neighbourSecurityOf(values),
      maxReceiveBytes: values.maxAnswer,
      // Every call brings its own deadline; this is what one would have that forgot.
      defaultDeadlineMs: 15_000,
      keepalive: { timeMs: values.keepalive, timeoutMs: values.keepaliveTimeout },
      reconnect: { initialMs: values.reconnect, maxMs: values.reconnectMax },
    },
  };
}
