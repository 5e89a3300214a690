// What the datastore can be told: its settings, all from the environment. docs/datastore.md has them as a table.

import { availableParallelism } from 'node:os';
import { bytes, choice, duration, flag, integer, port, text } from '@syncline/rpc/setting-types.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { dataOf } from '@syncline/rpc/settings/data.ts';
import { failpoints } from '@syncline/rpc/settings/failpoints.ts';
import { passwordProblems, passwordSettings } from '@syncline/rpc/settings/password.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import { type ValuesOf, variableOf } from '@syncline/rpc/settings.ts';
import type { BackoffSettings } from '@syncline/runtime/backoff.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import type { DatastoreSettings } from './catalog/datastore.ts';
import type { ThreadSettings } from './core/host-thread.ts';
import { points } from './failpoints.ts';
import { northboundSettings } from './northbound/limits.ts';
import type { RequestBounds } from './service/create-request.ts';
import type { LineSettings } from './session/device-line.ts';
import type { SessionSettings } from './session/spec.ts';

const anyWait = { min: '10ms', max: '24h' };

/** The settings of this service. */
export const settings = {
  service: 'datastore',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(57400, 'gRPC port: gNMI, data.DataServer, the admin service, health and reflection.'),
    // The gRPC port + 10000, the rule of the other services, is no port.
    adminPort: port(8400, 'HTTP port: /livez, /readyz and /metrics.'),
    data: dataOf('datastore'),
    ...passwordSettings,
    ...serverTlsSettings,
    reflection: flag(true, 'Whether tools such as grpcurl may ask for the services.'),
    logLevel: choice(logLevels, 'info', 'How much is logged.'),
    maxRequest: bytes('4MiB', { min: '1KiB', max: '512MiB' }, 'Longest request message accepted.'),
    defaultDeadline: duration('60s', anyWait, 'Deadline of unary calls that come without one.'),

    drain: duration('3s', anyWait, 'How long calls may go on after the stop before they are cut.'),
    watchStall: duration(
      '30s',
      anyWait,
      'How long a watcher of status or health may read nothing before it ends RESOURCE_EXHAUSTED.',
    ),
    catalogDeadline: duration('15s', anyWait, 'How long the catalog may take for one change.'),

    workers: integer(16, { min: '1', max: '256' }, 'Most core workers; never more than processors less one.'),
    ping: duration('5s', anyWait, 'How often a core worker is asked for a sign of life.'),
    pingDeadline: duration('30s', anyWait, 'How long it may owe the answer before /livez fails.'),
    workerRetry: duration(
      '100ms',
      anyWait,
      'Wait before a core worker that ended is started again; it doubles.',
    ),
    workerRetryMax: duration(
      '30s',
      anyWait,
      'Longest such wait, and the longest between attempts to open a store.',
    ),
    workerFinish: duration(
      '1500ms',
      anyWait,
      'How long a core worker may take to export its last spans at the stop.',
    ),
    openDeadline: duration('5m', anyWait, 'How long opening a store may take: it reads every leaf.'),
    closeDeadline: duration('5s', anyWait, 'How long closing a store may take.'),
    observeDeadline: duration(
      '1s',
      anyWait,
      'How long Status waits for the core before it shows what it knew last.',
    ),

    window: bytes(
      '64MiB',
      { min: '64KiB', max: '16GiB' },
      'Bytes of values that an open window holds in memory.',
    ),
    longestPath: bytes(
      '4KiB',
      { min: '64B', max: '1MiB' },
      'Longest path of a leaf; a longer one is quarantined.',
    ),
    message: bytes('60KiB', { min: '1KiB', max: '4MiB' }, 'A northbound message with several updates.'),
    push: integer(
      10_000,
      { min: '1', max: '10000000' },
      'Most changes of one commit that are pushed to subscribers.',
    ),
    ring: integer(
      262_144,
      { min: '16', max: '100000000' },
      'Changes that are remembered for subscribers that lag.',
    ),
    folded: integer(
      1_000_000,
      { min: '16', max: '100000000' },
      'Older changes kept for all who lag, one a leaf.',
    ),
    commitRetry: duration('20ms', anyWait, 'Wait before a commit that failed is tried again; it doubles.'),
    commitRetryMax: duration('1s', anyWait, 'Longest such wait.'),

    connectDeadline: duration(
      '10s',
      anyWait,
      'How long connecting to a device and its Capabilities may take.',
    ),
    pollDeadline: duration('60s', anyWait, "How long a device's answer to a Get may take."),
    syncDeadline: duration('60s', anyWait, 'How long a device may be silent before its sync_response.'),
    syncLimit: duration('15m', anyWait, "How long a device's initial tree may take at all."),
    retry: duration(
      '1s',
      anyWait,
      'Wait before a device is tried again; it doubles, and half of it is chance.',
    ),
    retryMax: duration('60s', anyWait, 'Longest such wait.'),
    healthyAfter: duration('2m', anyWait, 'How long a session must be synced for the waits to start over.'),
    slowRetry: duration('60s', anyWait, 'Least wait after an error that asking again soon will not mend.'),
    keepalive: duration('10s', { min: '1s', max: '1h' }, 'How often a silent device is pinged.'),
    keepaliveTimeout: duration('20s', { min: '1s', max: '1h' }, 'How long it may owe the answer.'),
    receiveWindow: bytes(
      '64KiB',
      { min: '64KiB', max: '1GiB' },
      'HTTP/2 window towards devices; a larger one is for long round trips and costs latency on short ones.',
    ),
    deviceMessage: bytes(
      '64MiB',
      { min: '64KiB', max: '512MiB' },
      'Longest message of a device that is taken; a longer one ends the session.',
    ),
    ingest: bytes(
      '128KiB',
      { min: '4KiB', max: '64MiB' },
      "Bytes waiting for the core beyond which a device's stream is held back.",
    ),
    interval: duration('30s', anyWait, 'What an interval of 0 means for SM_SAMPLE and SM_GET.'),
    minInterval: duration('100ms', anyWait, 'Shortest interval accepted.'),
    maxInterval: duration('24h', { min: '1s', max: '720h' }, 'Longest interval accepted.'),

    ...northboundSettings,

    failpoints: failpoints(points),
  },
} as const;

/** The settings, read. */
export type Config = ValuesOf<typeof settings.table>;

/** What is wrong with settings that are fine one by one. */
export function contradictions(config: Config): readonly string[] {
  const problems = new Contradictions(settings, config);
  problems.ordered('workerRetry', 'workerRetryMax');
  problems.ordered('commitRetry', 'commitRetryMax');
  problems.ordered('retry', 'retryMax');
  problems.ordered('minInterval', 'interval');
  problems.ordered('interval', 'maxInterval');
  return [
    ...passwordProblems(settings.service, config),
    ...serverTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** How many core workers there may be: one processor is left to the network. */
export function mostWorkers({ workers }: Config): number {
  return Math.max(1, Math.min(workers, availableParallelism() - 1));
}

export function threadSettings(config: Config): ThreadSettings {
  const { ping, pingDeadline, workerRetry, workerRetryMax, workerFinish } = config;
  return {
    pingMs: ping,
    pingDeadlineMs: pingDeadline,
    restart: doubling(workerRetry, workerRetryMax, 60_000),
    finishMs: workerFinish,
  };
}

export function datastoreSettings(config: Config): DatastoreSettings {
  return {
    limits: {
      windowBytes: config.window,
      pathBytes: config.longestPath,
      messageBytes: config.message,
      pushChanges: config.push,
      ringEntries: config.ring,
      foldedEntries: config.folded,
      commitRetryMs: { initial: config.commitRetry, max: config.commitRetryMax },
      getBytes: config.getSize,
    },
    openDeadlineMs: config.openDeadline,
    closeDeadlineMs: config.closeDeadline,
    observeDeadlineMs: config.observeDeadline,
    reopen: doubling(config.workerRetry, config.workerRetryMax, 0),
    syncDeadlineMs: config.syncDeadline,
    syncLimitMs: config.syncLimit,
  };
}

export function lineSettings(config: Config): LineSettings {
  return {
    connectDeadlineMs: config.connectDeadline,
    getDeadlineMs: config.pollDeadline,
    keepalive: { timeMs: config.keepalive, timeoutMs: config.keepaliveTimeout },
    flowControlWindow: config.receiveWindow,
    longestMessage: {
      bytes: config.deviceMessage,
      setting: variableOf(settings.service, 'deviceMessage', settings.table.deviceMessage),
    },
  };
}

export function sessionSettings(config: Config): SessionSettings {
  return {
    retry: doubling(config.retry, config.retryMax, config.healthyAfter),
    slowRetryMs: config.slowRetry,
    ingestBytes: config.ingest,
  };
}

export function requestBounds({ minInterval, maxInterval, interval }: Config): RequestBounds {
  return { interval: { min: minInterval, max: maxInterval, fallback: interval } };
}

function doubling(initialMs: number, maxMs: number, resetAfterMs: number): BackoffSettings {
  return { initialMs, maxMs, factor: 2, jitter: 0.5, resetAfterMs };
}
