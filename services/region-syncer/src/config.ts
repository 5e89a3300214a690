// What the region syncer can be told: its settings, all from the environment. docs/region-syncer.md has them as a table.

import { hostname } from 'node:os';
import { bytes, choice, duration, flag, integer, optional, port, text } from '@syncline/rpc/setting-types.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { failpoints } from '@syncline/rpc/settings/failpoints.ts';
import { passwordProblems, passwordSettings } from '@syncline/rpc/settings/password.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import { leaderSettings } from './leader/leader-limits.ts';
import { copySettings } from './settings/copy.ts';
import { followingSettings } from './settings/following.ts';
import { addresses, id, urls } from './settings/forms.ts';
import { storePoints } from './store/failpoints.ts';

const anyWait = { min: '10ms', max: '24h' };
const anySize = { min: '64KiB', max: '64GiB' };

/** The settings of this service. */
export const settings = {
  service: 'region-syncer',
  table: {
    role: choice(
      ['leader', 'follower'],
      'leader',
      'Whether this member takes heartbeats or follows a leader.',
    ),
    leader: addresses(
      'Where a follower looks for its leader, ours or a PD, in turn; who is there may know where it is.',
    ),
    name: optional(
      text,
      "This member's name, unique among all that follow a leader, or syncline-<member id>.",
    ),
    memberId: id("This member's id; without it one is made at the first start and kept."),
    clusterId: id(
      "The cluster's id; without it a leader makes one at its first start, a follower asks its leader.",
    ),
    clientUrls: urls('Where clients and other members reach this one; without it made of host and port.'),
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(3379, 'gRPC port: pdpb.PD, the region service, health and reflection.'),
    adminPort: port(8402, 'HTTP port: /livez, /readyz and /metrics.'),
    data: dataOf('region-syncer'),
    ...passwordSettings,
    ...serverTlsSettings,
    reflection: flag(true, 'Whether tools such as grpcurl may ask for the services.'),
    logLevel: choice(logLevels, 'info', 'How much is logged.'),
    maxRequest: bytes(
      '8MiB',
      { min: '64KiB', max: '512MiB' },
      'Longest request message accepted; a heartbeat with many buckets is long.',
    ),
    defaultDeadline: duration('60s', anyWait, 'Deadline of unary calls that come without one.'),
    drain: duration('2s', anyWait, 'How long calls may go on after the stop before they are cut.'),
    watchStall: duration(
      '30s',
      anyWait,
      'How long a watcher of status or health may read nothing before it ends RESOURCE_EXHAUSTED.',
    ),
    ping: duration('20s', { min: '100ms', max: '1h' }, 'How often whoever is connected is pinged.'),
    pingTimeout: duration(
      '10s',
      { min: '100ms', max: '1h' },
      'How long the answer may take before the connection is cut.',
    ),

    maxReplicas: integer(3, { min: '1', max: '100' }, 'What GetClusterConfig answers as max_peer_count.'),
    scanSize: bytes(
      '16MiB',
      { min: '64KiB', max: '1GiB' },
      'Largest answer of a scan; a larger one is RESOURCE_EXHAUSTED. 16 MiB hold the loop for some 40 ms.',
    ),
    bucketRegions: integer(
      1_000_000,
      { min: '1', max: '100000000' },
      'Regions whose reported buckets are kept; beyond it the oldest report goes.',
    ),
    bucketBytes: bytes('256MiB', anySize, 'Memory of reported buckets; beyond it the oldest report goes.'),
    ...leaderSettings,
    ...copySettings,
    ...followingSettings,

    failpoints: failpoints(storePoints),
  },
} as const;

/** The settings, read. */
export type Config = ValuesOf<typeof settings.table>;

/** What is wrong with settings that are fine one by one. */
export function contradictions(config: Config): readonly string[] {
  const problems = new Contradictions(settings, config);
  const [role, leader] = [problems.variable('role'), problems.variable('leader')];
  if (config.role === 'follower' && config.leader.length === 0)
    problems.add(`${role}=follower needs ${leader}`);
  if (config.role === 'leader' && config.leader.length > 0)
    problems.add(`${role}=leader has no ${leader}: ${config.leader.join(',')}`);
  problems.together('leaderCert', 'leaderKey');
  problems.together('leaderUsername', 'leaderPassword');
  problems.ordered('storeRetry', 'storeRetryMax');
  problems.ordered('retry', 'retryMax');
  problems.ordered('logFrame', 'tailBytes');
  return [
    ...passwordProblems(settings.service, config),
    ...serverTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** Where others reach this member, which listens on `port`: as set, else by its address, or its name when that is all. */
export function advertisedUrls(config: Config, port: number): readonly string[] {
  if (config.clientUrls.length > 0) return config.clientUrls;
  const scheme = config.tlsCert === undefined ? 'http' : 'https';
  const isAny = config.host === '0.0.0.0' || config.host === '::';
  const host = isAny ? hostname() : config.host.includes(':') ? `[${config.host}]` : config.host;
  return [`${scheme}://${host}:${port}`];
}
