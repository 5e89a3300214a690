// What the load balancer can be told: its settings, all from the environment. docs/load-balancer.md has them as a table.

import { address, bytes, choice, duration, flag, integer, port, text } from '@syncline/rpc/setting-types.ts';
import { neighbourTlsProblems, neighbourTlsSettings } from '@syncline/rpc/settings/client-tls.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import { serverTlsProblems, serverTlsSettings } from '@syncline/rpc/settings/server-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import type { WatchPatience } from '@syncline/rpc/watch/keep-watching.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import type { KeeperLimits } from './plane/keeper.ts';

const anyWait = { min: '10ms', max: '1h' };

/** The settings of this service. */
export const settings = {
  service: 'load-balancer',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(7781, 'gRPC port: lookups, statistics, stream availability, health and reflection.'),
    adminPort: port(8410, 'HTTP port: /livez, /readyz and /metrics.'),
    ...serverTlsSettings,
    nsp: address('127.0.0.1:7778', 'The NSP whose streams, flows and targets are followed.'),
    ...neighbourTlsSettings('the NSP is'),
    answer: duration('5s', anyWait, 'How long a watch of the NSP may take to tell the present state.'),
    retry: duration(
      '200ms',
      anyWait,
      'Wait before a watch is opened again; it doubles each time, up to the longest.',
    ),
    retryMax: duration('5s', anyWait, 'Longest such wait.'),
    healthyAfter: duration('10s', anyWait, 'How long a watch must last for the waits to start over.'),
    keepalive: duration(
      '20s',
      { min: '1s', max: '1h' },
      'How long an NSP may be silent before it is asked for a sign of life.',
    ),
    keepaliveAnswer: duration('5s', anyWait, 'How long it may take to give one; it counts as lost then.'),
    staleAfter: duration('60s', anyWait, 'How long the NSP may be lost before this service is not ready.'),
    maxMessage: bytes(
      '16MiB',
      { min: '4KiB', max: '1GiB' },
      'Longest list taken from the NSP; 100,000 targets take some 9 MiB.',
    ),
    maxFlows: integer(
      10_000,
      { min: '1', max: '1000000' },
      'Flows of all conduits; those of the lowest priorities are refused.',
    ),
    maxStreams: integer(
      1_000,
      { min: '1', max: '10000' },
      'Streams of all conduits; the last by trench, conduit and name are refused.',
    ),
    maxSlots: integer(
      20_000_000,
      { min: '97', max: '1000000000' },
      'Slots of all tables, of 2 bytes each: 100 for each target that a stream may have; streams without room are refused.',
    ),
    slice: duration(
      '5ms',
      { min: '1ms', max: '1s' },
      'How long reading a list or filling a table may hold up lookups at a stretch.',
    ),
    work: duration(
      '60s',
      { min: '1s', max: '1h' },
      'How long reading a list or filling a table may take before this process counts as stuck.',
    ),
    requestDeadline: duration('5s', anyWait, 'How long a unary call without a deadline may take.'),
    stall: duration(
      '30s',
      anyWait,
      'How long a client may leave a response of a stream unread before its stream ends.',
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
  problems.ordered('retry', 'retryMax');
  return [
    ...serverTlsProblems(settings.service, config),
    ...neighbourTlsProblems(settings.service, config),
    ...problems.found,
  ];
}

/** How patient the watches are. */
export function patienceOf({ answer, retry, retryMax, healthyAfter }: Config): WatchPatience {
  return {
    firstMs: answer,
    // Replicas that lost one NSP do not come back to it at one moment.
    retry: { initialMs: retry, maxMs: retryMax, factor: 2, jitter: 0.5, resetAfterMs: healthyAfter },
  };
}

/** Within which bounds the data plane is kept. */
export function keeperLimits({ maxFlows, maxStreams, maxSlots, slice, work }: Config): KeeperLimits {
  return { maxFlows, maxStreams, maxSlots, sliceMs: slice, workMs: work };
}
