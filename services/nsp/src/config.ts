// What the nsp can be told: its settings, all from the environment. docs/nsp.md has them as a table.

import {
  bytes,
  choice,
  duration,
  flag,
  integer,
  path,
  port,
  required,
  text,
} from '@syncline/rpc/setting-types.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { failpoints } from '@syncline/rpc/settings/failpoints.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import { storePoints } from './store/failpoints.ts';

const anyWait = { min: '10ms', max: '24h' };
const anyCount = { min: '1', max: '1000000' };

/** The settings of this service. */
export const settings = {
  service: 'nsp',
  table: {
    configuration: required(
      path,
      'The YAML file that says what the trench consists of; it may change at any time.',
    ),
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(7778, 'gRPC port: nsp.v1, the admin service, health and reflection.'),
    adminPort: port(8406, 'HTTP port: /livez, /readyz and /metrics.'),
    ...serverTlsSettings,
    data: dataOf('nsp'),
    entryTimeout: duration(
      '60s',
      { min: '100ms', max: '24h' },
      'How long a target lives after it was last registered; Meridio calls it NSP_ENTRY_TIMEOUT.',
    ),
    stall: duration('30s', anyWait, 'How long a watcher may take nothing of what it is owed.'),
    watchers: integer(10_000, anyCount, 'Watchers at the most.'),
    targets: integer(100_000, anyCount, 'Targets at the most.'),
    targetsPerStream: integer(20_000, anyCount, 'Targets of one stream at the most, of any status.'),
    pending: integer(10_000, anyCount, 'Registrations that may wait for the disk.'),
    maxRequest: bytes(
      '16KiB',
      { min: '1KiB', max: '4MiB' },
      'Longest request accepted, and so the longest target.',
    ),
    configurationSize: bytes(
      '256KiB',
      { min: '1KiB', max: '4MiB' },
      'Longest file; one of 256 KiB holds the loop for some 200 ms when it changes.',
    ),
    configurationEntries: integer(10_000, anyCount, 'Entries of one list in the file at the most.'),
    settle: duration(
      '100ms',
      { min: '0ms', max: '1m' },
      'How long the file must stay the same before it is used.',
    ),
    poll: duration(
      '5s',
      anyWait,
      'How often the file is looked at when the system does not tell of a change.',
    ),
    synchronous: choice(
      ['NORMAL', 'FULL'],
      'NORMAL',
      'With NORMAL a power cut, not a kill, may lose the last registrations; a refresh brings them back.',
    ),
    disk: bytes('1GiB', { min: '1MiB', max: '1024GiB' }, 'How large the file of the targets may grow.'),
    storeDeadline: duration(
      '10s',
      anyWait,
      'How long the disk may take for one commit; a start waits half as long for a file that another process has.',
    ),
    storeRetry: duration('200ms', anyWait, 'Wait before a disk that refused is tried again; it doubles.'),
    storeRetryMax: duration('5s', anyWait, 'Longest such wait.'),
    defaultDeadline: duration('30s', anyWait, 'Deadline of unary calls that come without one.'),
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
  problems.ordered('storeRetry', 'storeRetryMax');
  problems.ordered('targetsPerStream', 'targets');
  return [...serverTlsProblems(settings.service, config), ...problems.found];
}
