// What the device can be told: its settings, all from the environment. docs/device.md has them as a table.

import type { SubscribeLimits } from '@syncline/gnmi/subscribe-request.ts';
import {
  bytes,
  choice,
  duration,
  flag,
  integer,
  optional,
  path,
  port,
  text,
} from '@syncline/rpc/setting-types.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { passwordProblems, passwordSettings } from '@syncline/rpc/settings/password.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import type { Model } from './models.ts';

/** The settings of this service. */
export const settings = {
  service: 'device',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(57401, 'gRPC port: gNMI, the control service, health and reflection.'),
    adminPort: port(8401, 'HTTP port: /livez, /readyz and /metrics.'),
    mode: choice(['host', 'script'], 'host', "What is served: this machine's own state, or a script."),
    script: optional(path, 'The script of mode `script`; without one the tree starts empty.'),
    refresh: duration('1s', { min: '100ms', max: '1h' }, 'How often mode `host` reads this machine.'),
    minSample: duration(
      '100ms',
      { min: '1ms', max: '1h' },
      'Shortest sample_interval accepted; 0 asks for it.',
    ),
    minHeartbeat: duration('100ms', { min: '1ms', max: '1h' }, 'Shortest heartbeat_interval accepted.'),
    ...passwordSettings,
    ...serverTlsSettings,
    maxRequest: bytes('4MiB', { min: '1KiB', max: '512MiB' }, 'Longest request message accepted.'),
    maxPaths: integer(
      1000,
      { min: '1', max: '100000' },
      'Paths of a Get, operations of a Set, subscriptions of a Subscribe.',
    ),
    maxSubscribers: integer(
      1000,
      { min: '1', max: '100000' },
      'Subscriptions open at a time; one more gets RESOURCE_EXHAUSTED.',
    ),
    firstMessage: duration(
      '30s',
      { min: '100ms', max: '1h' },
      'How long a Subscribe may stay open without its first message.',
    ),
    slowConsumer: duration(
      '60s',
      { min: '100ms', max: '1h' },
      'How long a subscriber may read nothing of what waits for it before it ends with ABORTED.',
    ),
    maxGetLeaves: integer(100_000, { min: '1', max: '10000000' }, 'Leaves that one Get may return.'),
    defaultDeadline: duration(
      '10m',
      { min: '1s', max: '24h' },
      'Deadline of a call that sets none; Subscribe has none.',
    ),
    watchStall: duration(
      '30s',
      { min: '10ms', max: '24h' },
      'How long a watcher of health may read nothing before it ends RESOURCE_EXHAUSTED.',
    ),
    reflection: flag(true, 'Whether tools such as grpcurl may ask for the services.'),
    logLevel: choice(logLevels, 'info', 'How much is logged.'),
  },
} as const;

/** The settings, read. */
export type Config = ValuesOf<typeof settings.table>;

/** What is wrong with settings that are fine one by one. */
export function contradictions(config: Config): readonly string[] {
  const problems = new Contradictions(settings, config);
  if (config.mode === 'host' && config.script !== undefined)
    problems.add(`${problems.variable('script')} needs ${problems.variable('mode')}=script`);
  return [
    ...problems.found,
    ...passwordProblems(settings.service, config),
    ...serverTlsProblems(settings.service, config),
  ];
}

/** What gNMI requests may ask for. */
export function gnmiLimits(config: Config, models: readonly Model[]): SubscribeLimits {
  return {
    maxPaths: config.maxPaths,
    models: new Set(models.map(({ name }) => name)),
    minSampleInterval: BigInt(config.minSample) * 1_000_000n,
    minHeartbeatInterval: BigInt(config.minHeartbeat) * 1_000_000n,
  };
}
