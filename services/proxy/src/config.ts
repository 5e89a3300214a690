// What the proxy can be told: its settings, all from the environment. docs/proxy.md has them as a table.

import { address, bytes, choice, duration, flag, integer, port, text } from '@syncline/rpc/setting-types.ts';
import { neighbourTlsProblems, neighbourTlsSettings } from '@syncline/rpc/settings/client-tls.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { failpoints } from '@syncline/rpc/settings/failpoints.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import { printNetworkService } from '@syncline/trench/network-service.ts';
import { name, names, nodeName } from './name-settings.ts';
import type { ProxySettings } from './proxy.ts';
import { storePoints } from './store/failpoints.ts';

const anyWait = { min: '1ms', max: '24h' };
const anyCount = { min: '1', max: '1000000' };

/** Few, because a conduit has prefixes for 16 nodes in IPv4 and another subnet is that of another node. */
const subnets = 4;

/** The settings of this service. */
export const settings = {
  service: 'proxy',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(
      7779,
      'gRPC port: NetworkService, MonitorConnection, the admin service, health and reflection.',
    ),
    adminPort: port(8408, 'HTTP port: /livez, /readyz and /metrics.'),
    ...serverTlsSettings,
    data: dataOf('proxy'),
    trench: name('demo', 'Trench whose conduits are served.'),
    namespace: name('default', 'Namespace of the trench, which is part of the names of network services.'),
    node: nodeName('local', 'Node that the proxy is for; addresses are taken from its prefix.'),
    conduits: names('edge,core', 'Conduits that are served.'),
    ipam: address('127.0.0.1:7777', 'The ipam that addresses are taken from.'),
    ...neighbourTlsSettings('the ipam is'),
    families: choice(['dual', 'ipv4', 'ipv6'], 'dual', 'Families in which addresses are given.'),
    connections: integer(1_000, anyCount, 'Connections a conduit may have.'),
    watchers: integer(1_000, anyCount, 'Watchers there may be.'),
    watchBacklog: integer(
      4_096,
      anyCount,
      'Connections whose changes may wait for one watcher; then it is ended.',
    ),
    stall: duration('30s', anyWait, 'How long a watcher may take nothing before it is ended.'),
    requestDeadline: duration('10s', anyWait, 'How long a Request may wait for addresses.'),
    ipamDeadline: duration('5s', anyWait, 'How long a call of the ipam may take.'),
    ipamParallel: integer(
      16,
      { min: '1', max: '1000' },
      'Owners whose addresses are asked for at a time, a conduit.',
    ),
    retry: duration('200ms', anyWait, 'Wait before addresses are asked for again; it doubles each time.'),
    retryMax: duration('5s', anyWait, 'Longest such wait.'),
    renew: duration('5m', anyWait, 'How often the ipam is told that an address is used.'),
    releaseDelay: duration('20s', anyWait, 'How long addresses outlive their connection.'),
    releaseRetry: duration('2s', anyWait, 'Wait before a release is tried again; it doubles each time.'),
    releaseRetryMax: duration('1m', anyWait, 'Longest such wait.'),
    releaseAttempts: integer(
      10,
      { min: '1', max: '1000' },
      'Attempts to release; then the ipam must find them itself.',
    ),
    releaseBacklog: integer(
      10_000,
      anyCount,
      'Releases a conduit may owe, no fewer than CONNECTIONS; then the oldest is left to the ipam.',
    ),
    expiry: duration(
      '0ms',
      { min: '0ms', max: '24h' },
      'How long a connection lives without a Request; 0ms for ever.',
    ),
    synchronous: choice(
      ['NORMAL', 'FULL'],
      'NORMAL',
      'FULL: what was answered survives a power cut too, at the price of a disk sync a change.',
    ),
    diskBytes: bytes('1GiB', { min: '64KiB', max: '64GiB' }, 'How large the file may grow.'),
    storeDeadline: duration(
      '10s',
      anyWait,
      'How long the store may take; then the process ends. A start waits half as long for a file that another process has.',
    ),
    storeProbe: duration('1s', anyWait, 'How often a disk that refuses is asked whether it does still.'),
    maxRequest: bytes('64KiB', { min: '1KiB', max: '4MiB' }, 'Longest request message accepted.'),
    defaultDeadline: duration('15s', anyWait, 'Deadline of calls that come without one.'),
    drain: duration('3s', anyWait, 'How long calls may go on after the stop before they are cut.'),
    reflection: flag(true, 'Whether tools such as grpcurl may ask for the services.'),
    logLevel: choice(logLevels, 'info', 'How much is logged.'),
    failpoints: failpoints(storePoints),
  },
} as const;

/** The settings, read. */
export type Config = ValuesOf<typeof settings.table>;

/** What is wrong with settings that are fine one by one. */
export function contradictions(config: Config): readonly string[] {
  const problems = new Contradictions(settings, config);
  problems.ordered('retry', 'retryMax');
  problems.ordered('releaseRetry', 'releaseRetryMax');
  problems.ordered('ipamDeadline', 'requestDeadline');
  // Each may wait for addresses at once, and owes their release meanwhile.
  problems.ordered('connections', 'releaseBacklog');
  if (config.expiry > 0 && config.expiry < config.requestDeadline) {
    const [expiry, deadline] = [problems.variable('expiry'), problems.variable('requestDeadline')];
    problems.add(`${expiry} is below ${deadline}: a connection would end while it is asked for`);
  }
  return [
    ...serverTlsProblems(settings.service, config),
    ...neighbourTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** What the proxy is made from. */
export function proxySettings(config: Config): ProxySettings {
  const { trench, namespace, node, retry, retryMax, releaseRetry, releaseRetryMax, expiry } = config;
  const growing = { factor: 2, jitter: 0.2, resetAfterMs: 0 };
  return {
    conduits: config.conduits.map((conduit) => ({
      trench,
      conduit,
      node,
      networkService: printNetworkService({ trench, conduit, namespace }),
      hopName: `proxy-${conduit}-${node}`,
      families: config.families === 'dual' ? ['ipv4', 'ipv6'] : [config.families],
      subnets,
      connections: config.connections,
      requestMs: config.requestDeadline,
      renewMs: config.renew,
      stepMs: 4 * (config.ipamDeadline + config.storeDeadline),
      parallel: config.ipamParallel,
      retry: { ...growing, initialMs: retry, maxMs: retryMax },
      release: {
        delayMs: config.releaseDelay,
        retry: { ...growing, initialMs: releaseRetry, maxMs: releaseRetryMax },
        attempts: config.releaseAttempts,
        backlog: config.releaseBacklog,
      },
      expiryMs: expiry === 0 ? undefined : expiry,
    })),
    watchers: config.watchers,
    watchBacklog: config.watchBacklog,
    changeBacklog: config.conduits.length * config.connections,
    commitMs: config.storeDeadline,
    probeMs: config.storeProbe,
  };
}
