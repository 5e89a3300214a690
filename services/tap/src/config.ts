// What a tap can be told: its settings, all from the environment. docs/tap.md has them as a table.

import { resolve } from 'node:path';
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
import { neighbourTlsProblems } from '@syncline/rpc/settings/client-tls.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import type { BackoffSettings } from '@syncline/runtime/backoff.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import { longestSocketPath } from './service/unix-socket.ts';
import { fileMode } from './settings/forms.ts';
import { neighbourSettings } from './settings/neighbours.ts';
import { timingSettings } from './settings/timings.ts';

const anyWait = { min: '10ms', max: '24h' };
const anyCount = { min: '1', max: '100000' };

/** The settings of this service. */
export const settings = {
  service: 'tap',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(7780, 'gRPC port: ambassador.v1, the admin service, health and reflection.'),
    adminPort: port(8409, 'HTTP port: /livez, /readyz and /metrics.'),
    data: dataOf('tap', 'the unix socket'),
    unixSocket: optional(
      path,
      'Unix socket that the same is served on, without TLS (MERIDIO_SOCKET); without it `<SYNCLINE_DATA>/tap/ambassador.sock`.',
    ),
    unixSocketMode: fileMode(
      '0777',
      'Who may connect to it: applications of other users can, unless told otherwise.',
    ),
    ...serverTlsSettings,
    reflection: flag(true, 'Whether tools such as grpcurl may ask for the services.'),
    logLevel: choice(logLevels, 'info', 'How much is logged.'),
    maxRequest: bytes('16KiB', { min: '1KiB', max: '4MiB' }, 'Longest request accepted.'),
    defaultDeadline: duration('10s', anyWait, 'Deadline of unary calls that come without one.'),
    drain: duration('3s', anyWait, 'How long calls may go on after the stop before they are cut.'),
    stall: duration(
      '30s',
      anyWait,
      'How long a watcher may take nothing of what it is owed before its stream ends RESOURCE_EXHAUSTED.',
    ),
    streams: integer(
      1_000,
      anyCount,
      'Streams at the most, those included that are closed and still give back what they held.',
    ),
    conduits: integer(100, anyCount, 'Conduits at the most, counted likewise.'),
    watchers: integer(2_000, anyCount, 'Watchers at the most; one more gets RESOURCE_EXHAUSTED.'),
    ...neighbourSettings,
    ...timingSettings,

    state: optional(
      path,
      'File that keeps the streams that are asked for, to be opened again after a restart; without it they are forgotten, as by Meridio.',
    ),
    stateAnswer: duration(
      '500ms',
      anyWait,
      'How long an Open or Close waits for that file before it is answered UNAVAILABLE.',
    ),
    stateWrite: duration('5s', anyWait, 'How long writing it may take before the loop counts as stuck.'),
    stateSize: bytes('1MiB', { min: '1KiB', max: '64MiB' }, 'Longest such file that is read.'),

    stop: duration(
      '6s',
      anyWait,
      'How long giving back everything may take after SIGTERM; unregistering and closing have 45 % of it each, at the most.',
    ),
    strictStop: flag(false, 'Whether the exit code is 1 when targets or connections were left behind.'),
    exitWhenStuck: flag(false, 'Whether the process ends, with code 1, when a loop is stuck.'),
  },
} as const;

/** The settings, read. */
export type Config = ValuesOf<typeof settings.table>;

/** What is wrong with settings that are fine one by one. */
export function contradictions(config: Config): readonly string[] {
  const problems = new Contradictions(settings, config);
  problems.ordered('retry', 'retryMax');
  problems.ordered('fullRetry', 'fullRetryMax');
  problems.ordered('reconnect', 'reconnectMax');
  problems.ordered('unregisterCall', 'unregister');
  problems.ordered('closeCall', 'close');
  const socketPath = socketPathOf(config);
  const bytesOfPath = Buffer.byteLength(socketPath);
  if (bytesOfPath > longestSocketPath)
    problems.add(
      `${problems.variable('unixSocket')}: ${socketPath} is ${bytesOfPath} bytes long, above the ${longestSocketPath} of a unix socket`,
    );
  return [
    ...serverTlsProblems(settings.service, config),
    ...neighbourTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** Where the unix socket is. */
export function socketPathOf({ unixSocket, data }: Config): string {
  return resolve(unixSocket ?? `${data}/tap/ambassador.sock`);
}

/** How a state file that could not be written is tried again. */
export function stateRetryOf({ retry, retryMax }: Config): BackoffSettings {
  return { initialMs: retry, maxMs: retryMax, factor: 2, jitter: 0.5, resetAfterMs: 0 };
}
