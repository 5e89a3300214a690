// What the feed can be told: its settings, all from the environment. docs/region-feed.md has them as a table.

import { choice, duration, flag, integer, port, text } from '@syncline/rpc/setting-types.ts';
import { Contradictions } from '@syncline/rpc/settings/contradictions.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import { logLevels } from '@syncline/telemetry/logger.ts';
import type { FeedSettings } from './feed.ts';
import { addresses } from './pd/address.ts';
import { shortestKey } from './world/key-space.ts';
import { operations } from './world/mix.ts';

const anyWait = { min: '1ms', max: '1h' };
const anyWeight = { min: '0', max: '1000' };
const anyRate = { min: '0', max: '1000000' };

/** The settings of this service. */
export const settings = {
  service: 'region-feed',
  table: {
    host: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
    port: port(3380, 'gRPC port: health and reflection.'),
    adminPort: port(8405, 'HTTP port: /livez, /readyz and /metrics.'),
    pd: addresses('127.0.0.1:3379', 'Members of the PD cluster; the one that leads is found by trying.'),
    stores: integer(3, { min: '1', max: '1000' }, 'Stores; their ids begin at 1.'),
    regions: integer(
      1_000,
      { min: '1', max: '5000000' },
      'Regions at the start; their number stays within 10 %.',
    ),
    replicas: integer(3, { min: '1', max: '9' }, 'Peers of each region, no two on one store.'),
    keyBytes: integer(
      64,
      { min: String(shortestKey), max: '4096' },
      'Length of the keys at which regions meet.',
    ),
    seed: integer(
      1,
      { min: '0', max: '4294967295' },
      'The same seed gives the same regions and the same life.',
    ),
    rate: integer(
      200,
      anyRate,
      'Heartbeats a second of what happens to regions; 0 for a world that stands still.',
    ),
    reportRate: integer(
      20_000,
      { min: '1', max: '1000000' },
      'Heartbeats a second, on top, while PD is told of every region after a connect.',
    ),
    repeat: integer(50, anyWeight, 'Weight of heartbeats that say nothing new; every region has its turn.'),
    flow: integer(40, anyWeight, 'Weight of changes of traffic.'),
    leader: integer(6, anyWeight, 'Weight of changes of the leader.'),
    peer: integer(2, anyWeight, 'Weight of replacements of a follower by a new peer.'),
    split: integer(1, anyWeight, 'Weight of splits; each is two heartbeats.'),
    merge: integer(1, anyWeight, 'Weight of merges.'),
    storeHeartbeat: duration('10s', { min: '100ms', max: '1h' }, 'Pause between two heartbeats of a store.'),
    requestDeadline: duration('5s', anyWait, 'How long PD may take to answer a unary call.'),
    stall: duration('10s', anyWait, 'How long PD may leave a stream unread before it is given up.'),
    watchStall: duration(
      '30s',
      anyWait,
      'How long a watcher of health may read nothing before it ends RESOURCE_EXHAUSTED.',
    ),
    retry: duration('100ms', anyWait, 'Wait before the next address is tried; it grows by half each time.'),
    retryMax: duration('3s', anyWait, 'Longest such wait.'),
    healthyAfter: duration('10s', anyWait, 'How long a PD must be fed for the waits to start over.'),
    traceEvery: integer(
      1_000,
      { min: '0', max: '1000000000' },
      'With an OTLP endpoint, one in so many heartbeats with news has a trace; 0: none.',
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
  problems.ordered('replicas', 'stores');
  if (operations.every((operation) => config[operation] === 0)) {
    const variables = operations.map((operation) => problems.variable(operation));
    problems.add(`one of ${variables.join(', ')} must be above 0`);
  }
  problems.ordered('retry', 'retryMax');
  return problems.found;
}

/** What the feed is made from. */
export function feedSettings(config: Config): FeedSettings {
  const { pd, requestDeadline, retry, retryMax, healthyAfter } = config;
  const { regions, stores, replicas, seed, repeat, flow, leader, peer, split, merge } = config;
  const { keyBytes, rate, reportRate, storeHeartbeat, stall } = config;
  return {
    pd,
    requestDeadlineMs: requestDeadline,
    retry: { initialMs: retry, maxMs: retryMax, factor: 1.5, jitter: 0.2, resetAfterMs: healthyAfter },
    world: { regions, stores, replicas, seed, mix: { repeat, flow, leader, peer, split, merge } },
    run: { keyBytes, rate, reportRate, storeHeartbeatMs: storeHeartbeat, stallMs: stall },
  };
}
