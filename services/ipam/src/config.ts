// What the ipam can be told: its settings, all from the environment. docs/ipam.md has them as a table.

import {
  address,
  bytes,
  choice,
  duration,
  flag,
  integer,
  optional,
  port,
  text,
} from '@syncline/rpc/setting-types.ts';
import { neighbourTlsProblems, neighbourTlsSettings } from '@syncline/rpc/settings/client-tls.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { failpoints } from '@syncline/rpc/settings/failpoints.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import { bits, type Family } from '@syncline/trench/address.ts';
import type { AllocatorSettings } from './allocation/allocator-parts.ts';
import { prefixOf } from './prefix-setting.ts';
import { storePoints } from './store/failpoints.ts';
import { layoutProblems } from './tree/layout.ts';
import type { Layouts } from './tree/tree.ts';

const anyWait = { min: '10ms', max: '24h' };
const anyCount = { min: '1', max: '1000000' };
const lengthOf = (family: Family, fallback: number, doc: string) =>
  integer(fallback, { min: '1', max: String(bits(family)) }, doc);

/** The settings of this service. */
export const settings = {
  service: 'ipam',
  table: {
    trench: optional(text, 'The one trench that addresses are given out in; without it any.'),
    nsp: optional(
      address,
      'The NSP that says which conduits there are; without it each is made when it is first asked for.',
    ),
    ...neighbourTlsSettings('the NSP is'),
    families: choice(
      ['dual', 'ipv4', 'ipv6'],
      'dual',
      'The families in which addresses are given out; what is kept of another one runs out.',
    ),
    ipv4Prefix: prefixOf('ipv4', '169.255.0.0/16', 'What a trench has in IPv4; each trench has all of it.'),
    ipv4Conduit: lengthOf('ipv4', 20, 'Length of the prefix of a conduit in IPv4.'),
    ipv4Node: lengthOf('ipv4', 24, 'Length of the prefix of a node in IPv4.'),
    ipv4Child: lengthOf('ipv4', 32, 'Length of what a child gets in IPv4.'),
    ipv6Prefix: prefixOf('ipv6', 'fd00::/48', 'What a trench has in IPv6; each trench has all of it.'),
    ipv6Conduit: lengthOf('ipv6', 56, 'Length of the prefix of a conduit in IPv6.'),
    ipv6Node: lengthOf('ipv6', 64, 'Length of the prefix of a node in IPv6.'),
    ipv6Child: lengthOf('ipv6', 128, 'Length of what a child gets in IPv6.'),

    releaseDelay: duration(
      '20s',
      { min: '0ms', max: '24h' },
      'How long an address is held back for its last owner after a release, and a conduit after it was taken from the configuration.',
    ),
    stale: duration(
      '40m',
      { min: '10ms', max: '8760h' },
      'How long an address may go without being asked for; 40 minutes are what Meridio allows.',
    ),
    collect: duration('2h', anyWait, 'How often those that have gone longer are taken back.'),
    kept: text('bridge', 'Names of children that are never taken back, separated by commas.'),

    wait: duration(
      '4s',
      { min: '10ms', max: '1h' },
      "How long Allocate waits for a conduit that is not configured, unless the caller's deadline comes first.",
    ),
    maxWaiting: integer(1_000, anyCount, 'Allocate calls that may wait for a conduit.'),
    maxPending: integer(10_000, anyCount, 'Requests that may wait for the disk.'),
    maxPrefixes: integer(
      200_000,
      { min: '1', max: '10000000' },
      'Conduits, nodes and addresses at the most, in both families together; each takes some 300 bytes of memory.',
    ),
    maxName: integer(1_024, { min: '1', max: '4096' }, 'Longest name of a node or a child, in UTF-16 units.'),
    maxRequest: bytes('16KiB', { min: '1KiB', max: '4MiB' }, 'Longest request accepted.'),
    batch: integer(256, { min: '1', max: '10000' }, 'Requests, or removals, that are committed together.'),

    answer: duration('5s', anyWait, 'How long the NSP may take to tell the conduits when it is asked.'),
    keepalive: duration(
      '20s',
      { min: '1s', max: '1h' },
      'How long an NSP may be silent before it is asked for a sign of life.',
    ),
    keepaliveAnswer: duration('5s', anyWait, 'How long it may take to give one; it counts as lost then.'),
    retry: duration(
      '200ms',
      anyWait,
      'Wait before an NSP is asked again; it doubles each time, up to the longest.',
    ),
    retryMax: duration('5s', anyWait, 'Longest such wait.'),
    healthyAfter: duration('10s', anyWait, 'How long an NSP must be heard for the waits to start over.'),
    maxMessage: bytes('4MiB', { min: '4KiB', max: '1GiB' }, 'Longest list of conduits taken from the NSP.'),

    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(7777, 'gRPC port: ipam.v1, the admin service, health and reflection.'),
    adminPort: port(8407, 'HTTP port: /livez, /readyz and /metrics.'),
    ...serverTlsSettings,
    data: dataOf('ipam'),
    disk: bytes('1GiB', { min: '64KiB', max: '1024GiB' }, 'How large the file of the addresses may grow.'),
    storeDeadline: duration(
      '10s',
      anyWait,
      'How long the disk may take for one commit; a start waits half as long for a file that another process has.',
    ),
    storeRetry: duration('200ms', anyWait, 'Wait before a disk that refused is tried again; it doubles.'),
    storeRetryMax: duration('5s', anyWait, 'Longest such wait.'),
    loadPage: integer(10_000, { min: '1', max: '1000000' }, 'Addresses that are read at once at the start.'),
    stall: duration('30s', anyWait, 'How long a client may leave a response of a stream unread.'),
    defaultDeadline: duration('60s', anyWait, 'Deadline of unary calls that come without one.'),
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
  const { ipv4, ipv6 } = layoutsOf(config);
  const problems = new Contradictions(settings, config);
  problems.ordered('retry', 'retryMax');
  problems.ordered('storeRetry', 'storeRetryMax');
  problems.ordered('wait', 'defaultDeadline');
  return [
    ...layoutProblems(ipv4),
    ...layoutProblems(ipv6),
    ...serverTlsProblems(settings.service, config),
    ...neighbourTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** How prefixes are cut. */
export function layoutsOf(config: Config): Layouts {
  return {
    ipv4: {
      family: 'ipv4',
      trench: config.ipv4Prefix,
      conduit: config.ipv4Conduit,
      node: config.ipv4Node,
      child: config.ipv4Child,
    },
    ipv6: {
      family: 'ipv6',
      trench: config.ipv6Prefix,
      conduit: config.ipv6Conduit,
      node: config.ipv6Node,
      child: config.ipv6Child,
    },
  };
}

/** What the allocator is told. */
export function allocatorSettings(config: Config): AllocatorSettings {
  const { storeDeadline, storeRetry, storeRetryMax } = config;
  return {
    layouts: layoutsOf(config),
    families: config.families === 'dual' ? ['ipv4', 'ipv6'] : [config.families],
    releaseDelayMs: config.releaseDelay,
    staleMs: config.stale,
    keptNames: new Set(config.kept.split(',').map((name) => name.trim())),
    collectEveryMs: config.collect,
    maxPrefixes: config.maxPrefixes,
    maxPending: config.maxPending,
    batch: config.batch,
    // The store gives up before.
    commitDeadlineMs: 2 * storeDeadline,
    retry: { initialMs: storeRetry, maxMs: storeRetryMax },
  };
}
